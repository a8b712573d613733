/* Consoles. */
#ifndef _WINCON_
#define _WINCON_

#include <windef.h>
#include <minwinbase.h>
#include <processenv.h>
#include <larboard/long.h>

typedef struct _COORD {
    SHORT X;
    SHORT Y;
} COORD, *PCOORD;

typedef struct _SMALL_RECT {
    SHORT Left;
    SHORT Top;
    SHORT Right;
    SHORT Bottom;
} SMALL_RECT, *PSMALL_RECT;

typedef struct _KEY_EVENT_RECORD {
    BOOL bKeyDown;
    WORD wRepeatCount;
    WORD wVirtualKeyCode;
    WORD wVirtualScanCode;
    union {
        WCHAR UnicodeChar;
        CHAR AsciiChar;
    } uChar;
    DWORD dwControlKeyState;
} KEY_EVENT_RECORD, *PKEY_EVENT_RECORD;

typedef struct _MOUSE_EVENT_RECORD {
    COORD dwMousePosition;
    DWORD dwButtonState;
    DWORD dwControlKeyState;
    DWORD dwEventFlags;
} MOUSE_EVENT_RECORD, *PMOUSE_EVENT_RECORD;

typedef struct _WINDOW_BUFFER_SIZE_RECORD {
    COORD dwSize;
} WINDOW_BUFFER_SIZE_RECORD, *PWINDOW_BUFFER_SIZE_RECORD;

typedef struct _MENU_EVENT_RECORD {
    UINT dwCommandId;
} MENU_EVENT_RECORD, *PMENU_EVENT_RECORD;

typedef struct _FOCUS_EVENT_RECORD {
    BOOL bSetFocus;
} FOCUS_EVENT_RECORD, *PFOCUS_EVENT_RECORD;

typedef struct _INPUT_RECORD {
    WORD EventType;
    union {
        KEY_EVENT_RECORD KeyEvent;
        MOUSE_EVENT_RECORD MouseEvent;
        WINDOW_BUFFER_SIZE_RECORD WindowBufferSizeEvent;
        MENU_EVENT_RECORD MenuEvent;
        FOCUS_EVENT_RECORD FocusEvent;
    } Event;
} INPUT_RECORD, *PINPUT_RECORD;

typedef struct _CHAR_INFO {
    union {
        WCHAR UnicodeChar;
        CHAR AsciiChar;
    } Char;
    WORD Attributes;
} CHAR_INFO, *PCHAR_INFO;

typedef struct _CONSOLE_SCREEN_BUFFER_INFO {
    COORD dwSize;
    COORD dwCursorPosition;
    WORD wAttributes;
    SMALL_RECT srWindow;
    COORD dwMaximumWindowSize;
} CONSOLE_SCREEN_BUFFER_INFO, *PCONSOLE_SCREEN_BUFFER_INFO;

typedef struct _CONSOLE_CURSOR_INFO {
    DWORD dwSize;
    BOOL bVisible;
} CONSOLE_CURSOR_INFO, *PCONSOLE_CURSOR_INFO;

typedef struct _CONSOLE_READCONSOLE_CONTROL {
    ULONG nLength;
    ULONG nInitialChars;
    ULONG dwCtrlWakeupMask;
    ULONG dwControlKeyState;
} CONSOLE_READCONSOLE_CONTROL, *PCONSOLE_READCONSOLE_CONTROL;

typedef BOOL(WINAPI *PHANDLER_ROUTINE)(DWORD CtrlType);

#define KEY_EVENT 0x01
#define MOUSE_EVENT 0x02
#define WINDOW_BUFFER_SIZE_EVENT 0x04
#define MENU_EVENT 0x08
#define FOCUS_EVENT 0x10

#define RIGHT_ALT_PRESSED 0x01
#define LEFT_ALT_PRESSED 0x02
#define RIGHT_CTRL_PRESSED 0x04
#define LEFT_CTRL_PRESSED 0x08
#define SHIFT_PRESSED 0x10
#define NUMLOCK_ON 0x20
#define SCROLLLOCK_ON 0x40
#define CAPSLOCK_ON 0x80
#define ENHANCED_KEY 0x0100

#define FROM_LEFT_1ST_BUTTON_PRESSED 0x01
#define RIGHTMOST_BUTTON_PRESSED 0x02
#define FROM_LEFT_2ND_BUTTON_PRESSED 0x04
#define MOUSE_MOVED 0x01
#define DOUBLE_CLICK 0x02
#define MOUSE_WHEELED 0x04

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

#define ENABLE_PROCESSED_INPUT 0x01
#define ENABLE_LINE_INPUT 0x02
#define ENABLE_ECHO_INPUT 0x04
#define ENABLE_WINDOW_INPUT 0x08
#define ENABLE_MOUSE_INPUT 0x10
#define ENABLE_INSERT_MODE 0x20
#define ENABLE_QUICK_EDIT_MODE 0x40
#define ENABLE_EXTENDED_FLAGS 0x80
#define ENABLE_AUTO_POSITION 0x0100
#define ENABLE_VIRTUAL_TERMINAL_INPUT 0x0200
#define ENABLE_PROCESSED_OUTPUT 0x01
#define ENABLE_WRAP_AT_EOL_OUTPUT 0x02
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x04
#define DISABLE_NEWLINE_AUTO_RETURN 0x08
#define ENABLE_LVB_GRID_WORLDWIDE 0x10

#define FOREGROUND_BLUE 0x01
#define FOREGROUND_GREEN 0x02
#define FOREGROUND_RED 0x04
#define FOREGROUND_INTENSITY 0x08
#define BACKGROUND_BLUE 0x10
#define BACKGROUND_GREEN 0x20
#define BACKGROUND_RED 0x40
#define BACKGROUND_INTENSITY 0x80
#define COMMON_LVB_LEADING_BYTE 0x0100
#define COMMON_LVB_TRAILING_BYTE 0x0200
#define COMMON_LVB_GRID_HORIZONTAL 0x0400
#define COMMON_LVB_GRID_LVERTICAL 0x0800
#define COMMON_LVB_GRID_RVERTICAL 0x1000
#define COMMON_LVB_REVERSE_VIDEO 0x4000
#define COMMON_LVB_UNDERSCORE 0x8000

LARBOARD_BEGIN
BOOL WINAPI AllocConsole(void);
BOOL WINAPI FreeConsole(void);
HWND WINAPI GetConsoleWindow(void);
BOOL WINAPI GetConsoleMode(HANDLE hConsoleHandle, LPDWORD lpMode);
BOOL WINAPI SetConsoleMode(HANDLE hConsoleHandle, DWORD dwMode);
UINT WINAPI GetConsoleCP(void);
UINT WINAPI GetConsoleOutputCP(void);
BOOL WINAPI SetConsoleCP(UINT wCodePageID);
BOOL WINAPI SetConsoleOutputCP(UINT wCodePageID);
BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);
BOOL WINAPI GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId);
DWORD WINAPI GetConsoleTitleA(LPSTR lpConsoleTitle, DWORD nSize);
DWORD WINAPI GetConsoleTitleW(LPWSTR lpConsoleTitle, DWORD nSize);
BOOL WINAPI SetConsoleTitleA(LPCSTR lpConsoleTitle);
BOOL WINAPI SetConsoleTitleW(LPCWSTR lpConsoleTitle);
BOOL WINAPI GetConsoleScreenBufferInfo(HANDLE hConsoleOutput, PCONSOLE_SCREEN_BUFFER_INFO lpConsoleScreenBufferInfo);
BOOL WINAPI SetConsoleScreenBufferSize(HANDLE hConsoleOutput, COORD dwSize);
BOOL WINAPI SetConsoleWindowInfo(HANDLE hConsoleOutput, BOOL bAbsolute, const SMALL_RECT *lpConsoleWindow);
COORD WINAPI GetLargestConsoleWindowSize(HANDLE hConsoleOutput);
BOOL WINAPI SetConsoleCursorPosition(HANDLE hConsoleOutput, COORD dwCursorPosition);
BOOL WINAPI GetConsoleCursorInfo(HANDLE hConsoleOutput, PCONSOLE_CURSOR_INFO lpConsoleCursorInfo);
BOOL WINAPI SetConsoleCursorInfo(HANDLE hConsoleOutput, const CONSOLE_CURSOR_INFO *lpConsoleCursorInfo);
BOOL WINAPI SetConsoleTextAttribute(HANDLE hConsoleOutput, WORD wAttributes);
BOOL WINAPI FillConsoleOutputCharacterA(
    HANDLE hConsoleOutput, CHAR cCharacter, DWORD nLength, COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten);
BOOL WINAPI FillConsoleOutputCharacterW(
    HANDLE hConsoleOutput, WCHAR cCharacter, DWORD nLength, COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten);
BOOL WINAPI FillConsoleOutputAttribute(
    HANDLE hConsoleOutput, WORD wAttribute, DWORD nLength, COORD dwWriteCoord, LPDWORD lpNumberOfAttrsWritten);
BOOL WINAPI WriteConsoleA(
    HANDLE hConsoleOutput, const void *lpBuffer, DWORD nNumberOfCharsToWrite, LPDWORD lpNumberOfCharsWritten,
    LPVOID lpReserved);
BOOL WINAPI WriteConsoleW(
    HANDLE hConsoleOutput, const void *lpBuffer, DWORD nNumberOfCharsToWrite, LPDWORD lpNumberOfCharsWritten,
    LPVOID lpReserved);
BOOL WINAPI WriteConsoleOutputA(
    HANDLE hConsoleOutput, const CHAR_INFO *lpBuffer, COORD dwBufferSize, COORD dwBufferCoord,
    PSMALL_RECT lpWriteRegion);
BOOL WINAPI WriteConsoleOutputW(
    HANDLE hConsoleOutput, const CHAR_INFO *lpBuffer, COORD dwBufferSize, COORD dwBufferCoord,
    PSMALL_RECT lpWriteRegion);
BOOL WINAPI WriteConsoleOutputCharacterA(
    HANDLE hConsoleOutput, LPCSTR lpCharacter, DWORD nLength, COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten);
BOOL WINAPI WriteConsoleOutputCharacterW(
    HANDLE hConsoleOutput, LPCWSTR lpCharacter, DWORD nLength, COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten);
BOOL WINAPI ReadConsoleA(
    HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead, LPDWORD lpNumberOfCharsRead,
    PCONSOLE_READCONSOLE_CONTROL pInputControl);
BOOL WINAPI ReadConsoleW(
    HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead, LPDWORD lpNumberOfCharsRead,
    PCONSOLE_READCONSOLE_CONTROL pInputControl);
BOOL WINAPI ReadConsoleInputA(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, LPDWORD lpNumberOfEventsRead);
BOOL WINAPI ReadConsoleInputW(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, LPDWORD lpNumberOfEventsRead);
BOOL WINAPI PeekConsoleInputA(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, LPDWORD lpNumberOfEventsRead);
BOOL WINAPI PeekConsoleInputW(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, LPDWORD lpNumberOfEventsRead);
BOOL WINAPI WriteConsoleInputA(
    HANDLE hConsoleInput, const INPUT_RECORD *lpBuffer, DWORD nLength, LPDWORD lpNumberOfEventsWritten);
BOOL WINAPI WriteConsoleInputW(
    HANDLE hConsoleInput, const INPUT_RECORD *lpBuffer, DWORD nLength, LPDWORD lpNumberOfEventsWritten);
BOOL WINAPI GetNumberOfConsoleInputEvents(HANDLE hConsoleInput, LPDWORD lpNumberOfEvents);
BOOL WINAPI FlushConsoleInputBuffer(HANDLE hConsoleInput);
LARBOARD_END

#ifdef LARBOARD_LONG_OVERLOADS
extern "C++" {
LARBOARD_LONG(T) inline BOOL GetConsoleMode(HANDLE hConsoleHandle, T *lpMode) {
    return GetConsoleMode(hConsoleHandle, (LPDWORD)larboard::long_result<T>(lpMode));
}
LARBOARD_LONG(T) inline BOOL FillConsoleOutputCharacterA(
    HANDLE hConsoleOutput, CHAR cCharacter, DWORD nLength, COORD dwWriteCoord, T *lpNumberOfCharsWritten) {
    return FillConsoleOutputCharacterA(
        hConsoleOutput, cCharacter, nLength, dwWriteCoord, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsWritten));
}
LARBOARD_LONG(T) inline BOOL FillConsoleOutputCharacterW(
    HANDLE hConsoleOutput, WCHAR cCharacter, DWORD nLength, COORD dwWriteCoord, T *lpNumberOfCharsWritten) {
    return FillConsoleOutputCharacterW(
        hConsoleOutput, cCharacter, nLength, dwWriteCoord, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsWritten));
}
LARBOARD_LONG(T) inline BOOL FillConsoleOutputAttribute(
    HANDLE hConsoleOutput, WORD wAttribute, DWORD nLength, COORD dwWriteCoord, T *lpNumberOfAttrsWritten) {
    return FillConsoleOutputAttribute(
        hConsoleOutput, wAttribute, nLength, dwWriteCoord, (LPDWORD)larboard::long_result<T>(lpNumberOfAttrsWritten));
}
LARBOARD_LONG(T) inline BOOL WriteConsoleA(
    HANDLE hConsoleOutput, const void *lpBuffer, DWORD nNumberOfCharsToWrite, T *lpNumberOfCharsWritten, LPVOID lpReserved) {
    return WriteConsoleA(
        hConsoleOutput, lpBuffer, nNumberOfCharsToWrite, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsWritten), lpReserved);
}
LARBOARD_LONG(T) inline BOOL WriteConsoleW(
    HANDLE hConsoleOutput, const void *lpBuffer, DWORD nNumberOfCharsToWrite, T *lpNumberOfCharsWritten, LPVOID lpReserved) {
    return WriteConsoleW(
        hConsoleOutput, lpBuffer, nNumberOfCharsToWrite, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsWritten), lpReserved);
}
LARBOARD_LONG(T) inline BOOL WriteConsoleOutputCharacterA(
    HANDLE hConsoleOutput, LPCSTR lpCharacter, DWORD nLength, COORD dwWriteCoord, T *lpNumberOfCharsWritten) {
    return WriteConsoleOutputCharacterA(
        hConsoleOutput, lpCharacter, nLength, dwWriteCoord, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsWritten));
}
LARBOARD_LONG(T) inline BOOL WriteConsoleOutputCharacterW(
    HANDLE hConsoleOutput, LPCWSTR lpCharacter, DWORD nLength, COORD dwWriteCoord, T *lpNumberOfCharsWritten) {
    return WriteConsoleOutputCharacterW(
        hConsoleOutput, lpCharacter, nLength, dwWriteCoord, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsWritten));
}
LARBOARD_LONG(T) inline BOOL ReadConsoleA(
    HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead, T *lpNumberOfCharsRead, PCONSOLE_READCONSOLE_CONTROL pInputControl) {
    return ReadConsoleA(
        hConsoleInput, lpBuffer, nNumberOfCharsToRead, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsRead), pInputControl);
}
LARBOARD_LONG(T) inline BOOL ReadConsoleW(
    HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead, T *lpNumberOfCharsRead, PCONSOLE_READCONSOLE_CONTROL pInputControl) {
    return ReadConsoleW(
        hConsoleInput, lpBuffer, nNumberOfCharsToRead, (LPDWORD)larboard::long_result<T>(lpNumberOfCharsRead), pInputControl);
}
LARBOARD_LONG(T) inline BOOL ReadConsoleInputA(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, T *lpNumberOfEventsRead) {
    return ReadConsoleInputA(
        hConsoleInput, lpBuffer, nLength, (LPDWORD)larboard::long_result<T>(lpNumberOfEventsRead));
}
LARBOARD_LONG(T) inline BOOL ReadConsoleInputW(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, T *lpNumberOfEventsRead) {
    return ReadConsoleInputW(
        hConsoleInput, lpBuffer, nLength, (LPDWORD)larboard::long_result<T>(lpNumberOfEventsRead));
}
LARBOARD_LONG(T) inline BOOL PeekConsoleInputA(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, T *lpNumberOfEventsRead) {
    return PeekConsoleInputA(
        hConsoleInput, lpBuffer, nLength, (LPDWORD)larboard::long_result<T>(lpNumberOfEventsRead));
}
LARBOARD_LONG(T) inline BOOL PeekConsoleInputW(
    HANDLE hConsoleInput, PINPUT_RECORD lpBuffer, DWORD nLength, T *lpNumberOfEventsRead) {
    return PeekConsoleInputW(
        hConsoleInput, lpBuffer, nLength, (LPDWORD)larboard::long_result<T>(lpNumberOfEventsRead));
}
LARBOARD_LONG(T) inline BOOL WriteConsoleInputA(
    HANDLE hConsoleInput, const INPUT_RECORD *lpBuffer, DWORD nLength, T *lpNumberOfEventsWritten) {
    return WriteConsoleInputA(
        hConsoleInput, lpBuffer, nLength, (LPDWORD)larboard::long_result<T>(lpNumberOfEventsWritten));
}
LARBOARD_LONG(T) inline BOOL WriteConsoleInputW(
    HANDLE hConsoleInput, const INPUT_RECORD *lpBuffer, DWORD nLength, T *lpNumberOfEventsWritten) {
    return WriteConsoleInputW(
        hConsoleInput, lpBuffer, nLength, (LPDWORD)larboard::long_result<T>(lpNumberOfEventsWritten));
}
LARBOARD_LONG(T) inline BOOL GetNumberOfConsoleInputEvents(HANDLE hConsoleInput, T *lpNumberOfEvents) {
    return GetNumberOfConsoleInputEvents(hConsoleInput, (LPDWORD)larboard::long_result<T>(lpNumberOfEvents));
}
}
#endif

#ifdef UNICODE
#define GetConsoleTitle GetConsoleTitleW
#define SetConsoleTitle SetConsoleTitleW
#define FillConsoleOutputCharacter FillConsoleOutputCharacterW
#define WriteConsole WriteConsoleW
#define WriteConsoleOutput WriteConsoleOutputW
#define WriteConsoleOutputCharacter WriteConsoleOutputCharacterW
#define ReadConsole ReadConsoleW
#define ReadConsoleInput ReadConsoleInputW
#define PeekConsoleInput PeekConsoleInputW
#define WriteConsoleInput WriteConsoleInputW
#else
#define GetConsoleTitle GetConsoleTitleA
#define SetConsoleTitle SetConsoleTitleA
#define FillConsoleOutputCharacter FillConsoleOutputCharacterA
#define WriteConsole WriteConsoleA
#define WriteConsoleOutput WriteConsoleOutputA
#define WriteConsoleOutputCharacter WriteConsoleOutputCharacterA
#define ReadConsole ReadConsoleA
#define ReadConsoleInput ReadConsoleInputA
#define PeekConsoleInput PeekConsoleInputA
#define WriteConsoleInput WriteConsoleInputA
#endif

#endif
