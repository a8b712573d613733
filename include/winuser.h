/* Windows without a display: their messages, classes and timers. */
#ifndef _WINUSER_
#define _WINUSER_

#include <windef.h>
#include <minwinbase.h>

typedef LRESULT(CALLBACK *WNDPROC)(HWND, UINT, WPARAM, LPARAM);
typedef INT_PTR(CALLBACK *DLGPROC)(HWND, UINT, WPARAM, LPARAM);
typedef void(CALLBACK *TIMERPROC)(HWND, UINT, UINT_PTR, DWORD);
typedef BOOL(CALLBACK *WNDENUMPROC)(HWND, LPARAM);
typedef LRESULT(CALLBACK *HOOKPROC)(int code, WPARAM wParam, LPARAM lParam);
typedef void(CALLBACK *SENDASYNCPROC)(HWND, UINT, ULONG_PTR, LRESULT);

typedef struct tagMSG {
    HWND hwnd;
    UINT message;
    WPARAM wParam;
    LPARAM lParam;
    DWORD time;
    POINT pt;
} MSG, *PMSG, *NPMSG, *LPMSG;

typedef struct tagWNDCLASSA {
    UINT style;
    WNDPROC lpfnWndProc;
    int cbClsExtra;
    int cbWndExtra;
    HINSTANCE hInstance;
    HICON hIcon;
    HCURSOR hCursor;
    HBRUSH hbrBackground;
    LPCSTR lpszMenuName;
    LPCSTR lpszClassName;
} WNDCLASSA, *PWNDCLASSA, *NPWNDCLASSA, *LPWNDCLASSA;

typedef struct tagWNDCLASSW {
    UINT style;
    WNDPROC lpfnWndProc;
    int cbClsExtra;
    int cbWndExtra;
    HINSTANCE hInstance;
    HICON hIcon;
    HCURSOR hCursor;
    HBRUSH hbrBackground;
    LPCWSTR lpszMenuName;
    LPCWSTR lpszClassName;
} WNDCLASSW, *PWNDCLASSW, *NPWNDCLASSW, *LPWNDCLASSW;

typedef struct tagWNDCLASSEXA {
    UINT cbSize;
    UINT style;
    WNDPROC lpfnWndProc;
    int cbClsExtra;
    int cbWndExtra;
    HINSTANCE hInstance;
    HICON hIcon;
    HCURSOR hCursor;
    HBRUSH hbrBackground;
    LPCSTR lpszMenuName;
    LPCSTR lpszClassName;
    HICON hIconSm;
} WNDCLASSEXA, *PWNDCLASSEXA, *NPWNDCLASSEXA, *LPWNDCLASSEXA;

typedef struct tagWNDCLASSEXW {
    UINT cbSize;
    UINT style;
    WNDPROC lpfnWndProc;
    int cbClsExtra;
    int cbWndExtra;
    HINSTANCE hInstance;
    HICON hIcon;
    HCURSOR hCursor;
    HBRUSH hbrBackground;
    LPCWSTR lpszMenuName;
    LPCWSTR lpszClassName;
    HICON hIconSm;
} WNDCLASSEXW, *PWNDCLASSEXW, *NPWNDCLASSEXW, *LPWNDCLASSEXW;

typedef struct tagCREATESTRUCTA {
    LPVOID lpCreateParams;
    HINSTANCE hInstance;
    HMENU hMenu;
    HWND hwndParent;
    int cy;
    int cx;
    int y;
    int x;
    LONG style;
    LPCSTR lpszName;
    LPCSTR lpszClass;
    DWORD dwExStyle;
} CREATESTRUCTA, *LPCREATESTRUCTA;

typedef struct tagCREATESTRUCTW {
    LPVOID lpCreateParams;
    HINSTANCE hInstance;
    HMENU hMenu;
    HWND hwndParent;
    int cy;
    int cx;
    int y;
    int x;
    LONG style;
    LPCWSTR lpszName;
    LPCWSTR lpszClass;
    DWORD dwExStyle;
} CREATESTRUCTW, *LPCREATESTRUCTW;

typedef struct tagCOPYDATASTRUCT {
    ULONG_PTR dwData;
    DWORD cbData;
    PVOID lpData;
} COPYDATASTRUCT, *PCOPYDATASTRUCT;

typedef struct tagKBDLLHOOKSTRUCT {
    DWORD vkCode;
    DWORD scanCode;
    DWORD flags;
    DWORD time;
    ULONG_PTR dwExtraInfo;
} KBDLLHOOKSTRUCT, *LPKBDLLHOOKSTRUCT, *PKBDLLHOOKSTRUCT;

typedef struct tagPAINTSTRUCT {
    HDC hdc;
    BOOL fErase;
    RECT rcPaint;
    BOOL fRestore;
    BOOL fIncUpdate;
    BYTE rgbReserved[32];
} PAINTSTRUCT, *PPAINTSTRUCT, *NPPAINTSTRUCT, *LPPAINTSTRUCT;

#ifdef UNICODE
typedef WNDCLASSW WNDCLASS;
typedef PWNDCLASSW PWNDCLASS;
typedef LPWNDCLASSW LPWNDCLASS;
typedef WNDCLASSEXW WNDCLASSEX;
typedef PWNDCLASSEXW PWNDCLASSEX;
typedef LPWNDCLASSEXW LPWNDCLASSEX;
typedef CREATESTRUCTW CREATESTRUCT;
typedef LPCREATESTRUCTW LPCREATESTRUCT;
#else
typedef WNDCLASSA WNDCLASS;
typedef PWNDCLASSA PWNDCLASS;
typedef LPWNDCLASSA LPWNDCLASS;
typedef WNDCLASSEXA WNDCLASSEX;
typedef PWNDCLASSEXA PWNDCLASSEX;
typedef LPWNDCLASSEXA LPWNDCLASSEX;
typedef CREATESTRUCTA CREATESTRUCT;
typedef LPCREATESTRUCTA LPCREATESTRUCT;
#endif

#define MAKEWPARAM(l, h) ((WPARAM)(DWORD)MAKELONG(l, h))
#define MAKELPARAM(l, h) ((LPARAM)(DWORD)MAKELONG(l, h))
#define MAKELRESULT(l, h) ((LRESULT)(DWORD)MAKELONG(l, h))
#define IS_INTRESOURCE(r) ((((ULONG_PTR)(r)) >> 16) == 0)
#define MAKEINTRESOURCEA(i) ((LPSTR)((ULONG_PTR)((WORD)(i))))
#define MAKEINTRESOURCEW(i) ((LPWSTR)((ULONG_PTR)((WORD)(i))))
#define HWND_BROADCAST ((HWND)0xffff)
#define HWND_MESSAGE ((HWND)-3)
#define HWND_DESKTOP ((HWND)0)
#define HWND_TOP ((HWND)0)
#define HWND_BOTTOM ((HWND)1)
#define HWND_TOPMOST ((HWND)-1)
#define HWND_NOTOPMOST ((HWND)-2)
#define CW_USEDEFAULT ((int)0x80000000)
#define SW_HIDE 0
#define SW_SHOWNORMAL 1
#define SW_NORMAL 1
#define SW_SHOWMINIMIZED 2
#define SW_SHOWMAXIMIZED 3
#define SW_MAXIMIZE 3
#define SW_SHOWNOACTIVATE 4
#define SW_SHOW 5
#define SW_MINIMIZE 6
#define SW_SHOWMINNOACTIVE 7
#define SW_SHOWNA 8
#define SW_RESTORE 9
#define SW_SHOWDEFAULT 10
#define SW_FORCEMINIMIZE 11
#define SW_MAX 11
#define SW_PARENTCLOSING 1
#define SW_OTHERZOOM 2
#define SW_PARENTOPENING 3
#define SW_OTHERUNZOOM 4
#define VK_LBUTTON 0x01
#define VK_RBUTTON 0x02
#define VK_CANCEL 0x03
#define VK_MBUTTON 0x04
#define VK_XBUTTON1 0x05
#define VK_XBUTTON2 0x06
#define VK_BACK 0x08
#define VK_TAB 0x09
#define VK_CLEAR 0x0c
#define VK_RETURN 0x0d
#define VK_SHIFT 0x10
#define VK_CONTROL 0x11
#define VK_MENU 0x12
#define VK_PAUSE 0x13
#define VK_CAPITAL 0x14
#define VK_KANA 0x15
#define VK_HANGEUL 0x15
#define VK_HANGUL 0x15
#define VK_IME_ON 0x16
#define VK_JUNJA 0x17
#define VK_FINAL 0x18
#define VK_HANJA 0x19
#define VK_KANJI 0x19
#define VK_IME_OFF 0x1a
#define VK_ESCAPE 0x1b
#define VK_CONVERT 0x1c
#define VK_NONCONVERT 0x1d
#define VK_ACCEPT 0x1e
#define VK_MODECHANGE 0x1f
#define VK_SPACE 0x20
#define VK_PRIOR 0x21
#define VK_NEXT 0x22
#define VK_END 0x23
#define VK_HOME 0x24
#define VK_LEFT 0x25
#define VK_UP 0x26
#define VK_RIGHT 0x27
#define VK_DOWN 0x28
#define VK_SELECT 0x29
#define VK_PRINT 0x2a
#define VK_EXECUTE 0x2b
#define VK_SNAPSHOT 0x2c
#define VK_INSERT 0x2d
#define VK_DELETE 0x2e
#define VK_HELP 0x2f
#define VK_LWIN 0x5b
#define VK_RWIN 0x5c
#define VK_APPS 0x5d
#define VK_SLEEP 0x5f
#define VK_NUMPAD0 0x60
#define VK_NUMPAD1 0x61
#define VK_NUMPAD2 0x62
#define VK_NUMPAD3 0x63
#define VK_NUMPAD4 0x64
#define VK_NUMPAD5 0x65
#define VK_NUMPAD6 0x66
#define VK_NUMPAD7 0x67
#define VK_NUMPAD8 0x68
#define VK_NUMPAD9 0x69
#define VK_MULTIPLY 0x6a
#define VK_ADD 0x6b
#define VK_SEPARATOR 0x6c
#define VK_SUBTRACT 0x6d
#define VK_DECIMAL 0x6e
#define VK_DIVIDE 0x6f
#define VK_F1 0x70
#define VK_F2 0x71
#define VK_F3 0x72
#define VK_F4 0x73
#define VK_F5 0x74
#define VK_F6 0x75
#define VK_F7 0x76
#define VK_F8 0x77
#define VK_F9 0x78
#define VK_F10 0x79
#define VK_F11 0x7a
#define VK_F12 0x7b
#define VK_F13 0x7c
#define VK_F14 0x7d
#define VK_F15 0x7e
#define VK_F16 0x7f
#define VK_F17 0x80
#define VK_F18 0x81
#define VK_F19 0x82
#define VK_F20 0x83
#define VK_F21 0x84
#define VK_F22 0x85
#define VK_F23 0x86
#define VK_F24 0x87
#define VK_NAVIGATION_VIEW 0x88
#define VK_NAVIGATION_MENU 0x89
#define VK_NAVIGATION_UP 0x8a
#define VK_NAVIGATION_DOWN 0x8b
#define VK_NAVIGATION_LEFT 0x8c
#define VK_NAVIGATION_RIGHT 0x8d
#define VK_NAVIGATION_ACCEPT 0x8e
#define VK_NAVIGATION_CANCEL 0x8f
#define VK_NUMLOCK 0x90
#define VK_SCROLL 0x91
#define VK_OEM_NEC_EQUAL 0x92
#define VK_OEM_FJ_JISHO 0x92
#define VK_OEM_FJ_MASSHOU 0x93
#define VK_OEM_FJ_TOUROKU 0x94
#define VK_OEM_FJ_LOYA 0x95
#define VK_OEM_FJ_ROYA 0x96
#define VK_LSHIFT 0xa0
#define VK_RSHIFT 0xa1
#define VK_LCONTROL 0xa2
#define VK_RCONTROL 0xa3
#define VK_LMENU 0xa4
#define VK_RMENU 0xa5
#define VK_BROWSER_BACK 0xa6
#define VK_BROWSER_FORWARD 0xa7
#define VK_BROWSER_REFRESH 0xa8
#define VK_BROWSER_STOP 0xa9
#define VK_BROWSER_SEARCH 0xaa
#define VK_BROWSER_FAVORITES 0xab
#define VK_BROWSER_HOME 0xac
#define VK_VOLUME_MUTE 0xad
#define VK_VOLUME_DOWN 0xae
#define VK_VOLUME_UP 0xaf
#define VK_MEDIA_NEXT_TRACK 0xb0
#define VK_MEDIA_PREV_TRACK 0xb1
#define VK_MEDIA_STOP 0xb2
#define VK_MEDIA_PLAY_PAUSE 0xb3
#define VK_LAUNCH_MAIL 0xb4
#define VK_LAUNCH_MEDIA_SELECT 0xb5
#define VK_LAUNCH_APP1 0xb6
#define VK_LAUNCH_APP2 0xb7
#define VK_OEM_1 0xba
#define VK_OEM_PLUS 0xbb
#define VK_OEM_COMMA 0xbc
#define VK_OEM_MINUS 0xbd
#define VK_OEM_PERIOD 0xbe
#define VK_OEM_2 0xbf
#define VK_OEM_3 0xc0
#define VK_GAMEPAD_A 0xc3
#define VK_GAMEPAD_B 0xc4
#define VK_GAMEPAD_X 0xc5
#define VK_GAMEPAD_Y 0xc6
#define VK_GAMEPAD_RIGHT_SHOULDER 0xc7
#define VK_GAMEPAD_LEFT_SHOULDER 0xc8
#define VK_GAMEPAD_LEFT_TRIGGER 0xc9
#define VK_GAMEPAD_RIGHT_TRIGGER 0xca
#define VK_GAMEPAD_DPAD_UP 0xcb
#define VK_GAMEPAD_DPAD_DOWN 0xcc
#define VK_GAMEPAD_DPAD_LEFT 0xcd
#define VK_GAMEPAD_DPAD_RIGHT 0xce
#define VK_GAMEPAD_MENU 0xcf
#define VK_GAMEPAD_VIEW 0xd0
#define VK_GAMEPAD_LEFT_THUMBSTICK_BUTTON 0xd1
#define VK_GAMEPAD_RIGHT_THUMBSTICK_BUTTON 0xd2
#define VK_GAMEPAD_LEFT_THUMBSTICK_UP 0xd3
#define VK_GAMEPAD_LEFT_THUMBSTICK_DOWN 0xd4
#define VK_GAMEPAD_LEFT_THUMBSTICK_RIGHT 0xd5
#define VK_GAMEPAD_LEFT_THUMBSTICK_LEFT 0xd6
#define VK_GAMEPAD_RIGHT_THUMBSTICK_UP 0xd7
#define VK_GAMEPAD_RIGHT_THUMBSTICK_DOWN 0xd8
#define VK_GAMEPAD_RIGHT_THUMBSTICK_RIGHT 0xd9
#define VK_GAMEPAD_RIGHT_THUMBSTICK_LEFT 0xda
#define VK_OEM_4 0xdb
#define VK_OEM_5 0xdc
#define VK_OEM_6 0xdd
#define VK_OEM_7 0xde
#define VK_OEM_8 0xdf
#define VK_OEM_AX 0xe1
#define VK_OEM_102 0xe2
#define VK_ICO_HELP 0xe3
#define VK_ICO_00 0xe4
#define VK_PROCESSKEY 0xe5
#define VK_ICO_CLEAR 0xe6
#define VK_PACKET 0xe7
#define VK_OEM_RESET 0xe9
#define VK_OEM_JUMP 0xea
#define VK_OEM_PA1 0xeb
#define VK_OEM_PA2 0xec
#define VK_OEM_PA3 0xed
#define VK_OEM_WSCTRL 0xee
#define VK_OEM_CUSEL 0xef
#define VK_OEM_ATTN 0xf0
#define VK_OEM_FINISH 0xf1
#define VK_OEM_COPY 0xf2
#define VK_OEM_AUTO 0xf3
#define VK_OEM_ENLW 0xf4
#define VK_OEM_BACKTAB 0xf5
#define VK_ATTN 0xf6
#define VK_CRSEL 0xf7
#define VK_EXSEL 0xf8
#define VK_EREOF 0xf9
#define VK_PLAY 0xfa
#define VK_ZOOM 0xfb
#define VK_NONAME 0xfc
#define VK_PA1 0xfd
#define VK_OEM_CLEAR 0xfe
#define WH_MIN (-1)
#define WH_MSGFILTER (-1)
#define WH_JOURNALRECORD 0
#define WH_JOURNALPLAYBACK 1
#define WH_KEYBOARD 2
#define WH_GETMESSAGE 3
#define WH_CALLWNDPROC 4
#define WH_CBT 5
#define WH_SYSMSGFILTER 6
#define WH_MOUSE 7
#define WH_HARDWARE 8
#define WH_DEBUG 9
#define WH_SHELL 10
#define WH_FOREGROUNDIDLE 11
#define WH_CALLWNDPROCRET 12
#define WH_KEYBOARD_LL 13
#define WH_MOUSE_LL 14
#define WH_MAX 14
#define WH_MINHOOK (-1)
#define WH_MAXHOOK 14
#define HC_ACTION 0
#define HC_GETNEXT 1
#define HC_SKIP 2
#define HC_NOREMOVE 3
#define HC_NOREM 3
#define HC_SYSMODALON 4
#define HC_SYSMODALOFF 5
#define UOI_FLAGS 1
#define UOI_NAME 2
#define UOI_TYPE 3
#define UOI_USER_SID 4
#define UOI_HEAPSIZE 5
#define UOI_IO 6
#define UOI_TIMERPROC_EXCEPTION_SUPPRESSION 7
#define GWL_WNDPROC (-4)
#define GWL_HINSTANCE (-6)
#define GWL_HWNDPARENT (-8)
#define GWL_STYLE (-16)
#define GWL_EXSTYLE (-20)
#define GWL_USERDATA (-21)
#define GWL_ID (-12)
#define GWLP_WNDPROC (-4)
#define GWLP_HINSTANCE (-6)
#define GWLP_HWNDPARENT (-8)
#define GWLP_USERDATA (-21)
#define GWLP_ID (-12)
#define GCL_MENUNAME (-8)
#define GCL_HBRBACKGROUND (-10)
#define GCL_HCURSOR (-12)
#define GCL_HICON (-14)
#define GCL_HMODULE (-16)
#define GCL_CBWNDEXTRA (-18)
#define GCL_CBCLSEXTRA (-20)
#define GCL_WNDPROC (-24)
#define GCL_STYLE (-26)
#define GCL_HICONSM (-34)
#define GCLP_MENUNAME (-8)
#define GCLP_HBRBACKGROUND (-10)
#define GCLP_HCURSOR (-12)
#define GCLP_HICON (-14)
#define GCLP_HMODULE (-16)
#define GCLP_WNDPROC (-24)
#define GCLP_HICONSM (-34)
#define WM_NULL 0x00
#define WM_CREATE 0x01
#define WM_DESTROY 0x02
#define WM_MOVE 0x03
#define WM_SIZE 0x05
#define WM_ACTIVATE 0x06
#define WA_INACTIVE 0
#define WA_ACTIVE 1
#define WA_CLICKACTIVE 2
#define WM_SETFOCUS 0x07
#define WM_KILLFOCUS 0x08
#define WM_ENABLE 0x0a
#define WM_SETREDRAW 0x0b
#define WM_SETTEXT 0x0c
#define WM_GETTEXT 0x0d
#define WM_GETTEXTLENGTH 0x0e
#define WM_PAINT 0x0f
#define WM_CLOSE 0x10
#define WM_QUERYENDSESSION 0x11
#define WM_QUERYOPEN 0x13
#define WM_ENDSESSION 0x16
#define WM_QUIT 0x12
#define WM_ERASEBKGND 0x14
#define WM_SYSCOLORCHANGE 0x15
#define WM_SHOWWINDOW 0x18
#define WM_WININICHANGE 0x1a
#define WM_SETTINGCHANGE 26
#define WM_DEVMODECHANGE 0x1b
#define WM_ACTIVATEAPP 0x1c
#define WM_FONTCHANGE 0x1d
#define WM_TIMECHANGE 0x1e
#define WM_CANCELMODE 0x1f
#define WM_SETCURSOR 0x20
#define WM_MOUSEACTIVATE 0x21
#define WM_CHILDACTIVATE 0x22
#define WM_QUEUESYNC 0x23
#define WM_GETMINMAXINFO 0x24
#define WM_PAINTICON 0x26
#define WM_ICONERASEBKGND 0x27
#define WM_NEXTDLGCTL 0x28
#define WM_SPOOLERSTATUS 0x2a
#define WM_DRAWITEM 0x2b
#define WM_MEASUREITEM 0x2c
#define WM_DELETEITEM 0x2d
#define WM_VKEYTOITEM 0x2e
#define WM_CHARTOITEM 0x2f
#define WM_SETFONT 0x30
#define WM_GETFONT 0x31
#define WM_SETHOTKEY 0x32
#define WM_GETHOTKEY 0x33
#define WM_QUERYDRAGICON 0x37
#define WM_COMPAREITEM 0x39
#define WM_GETOBJECT 0x3d
#define WM_COMPACTING 0x41
#define WM_COMMNOTIFY 0x44
#define WM_WINDOWPOSCHANGING 0x46
#define WM_WINDOWPOSCHANGED 0x47
#define WM_POWER 0x48
#define WM_COPYDATA 0x4a
#define WM_CANCELJOURNAL 0x4b
#define WM_NOTIFY 0x4e
#define WM_INPUTLANGCHANGEREQUEST 0x50
#define WM_INPUTLANGCHANGE 0x51
#define WM_TCARD 0x52
#define WM_HELP 0x53
#define WM_USERCHANGED 0x54
#define WM_NOTIFYFORMAT 0x55
#define WM_CONTEXTMENU 0x7b
#define WM_STYLECHANGING 0x7c
#define WM_STYLECHANGED 0x7d
#define WM_DISPLAYCHANGE 0x7e
#define WM_GETICON 0x7f
#define WM_SETICON 0x80
#define WM_NCCREATE 0x81
#define WM_NCDESTROY 0x82
#define WM_NCCALCSIZE 0x83
#define WM_NCHITTEST 0x84
#define WM_NCPAINT 0x85
#define WM_NCACTIVATE 0x86
#define WM_GETDLGCODE 0x87
#define WM_SYNCPAINT 0x88
#define WM_NCMOUSEMOVE 0xa0
#define WM_NCLBUTTONDOWN 0xa1
#define WM_NCLBUTTONUP 0xa2
#define WM_NCLBUTTONDBLCLK 0xa3
#define WM_NCRBUTTONDOWN 0xa4
#define WM_NCRBUTTONUP 0xa5
#define WM_NCRBUTTONDBLCLK 0xa6
#define WM_NCMBUTTONDOWN 0xa7
#define WM_NCMBUTTONUP 0xa8
#define WM_NCMBUTTONDBLCLK 0xa9
#define WM_NCXBUTTONDOWN 0xab
#define WM_NCXBUTTONUP 0xac
#define WM_NCXBUTTONDBLCLK 0xad
#define WM_INPUT_DEVICE_CHANGE 0xfe
#define WM_INPUT 0xff
#define WM_KEYFIRST 0x0100
#define WM_KEYDOWN 0x0100
#define WM_KEYUP 0x0101
#define WM_CHAR 0x0102
#define WM_DEADCHAR 0x0103
#define WM_SYSKEYDOWN 0x0104
#define WM_SYSKEYUP 0x0105
#define WM_SYSCHAR 0x0106
#define WM_SYSDEADCHAR 0x0107
#define WM_UNICHAR 0x0109
#define WM_KEYLAST 0x0109
#define WM_IME_STARTCOMPOSITION 0x010d
#define WM_IME_ENDCOMPOSITION 0x010e
#define WM_IME_COMPOSITION 0x010f
#define WM_IME_KEYLAST 0x010f
#define WM_INITDIALOG 0x0110
#define WM_COMMAND 0x0111
#define WM_SYSCOMMAND 0x0112
#define WM_TIMER 0x0113
#define WM_HSCROLL 0x0114
#define WM_VSCROLL 0x0115
#define WM_INITMENU 0x0116
#define WM_INITMENUPOPUP 0x0117
#define WM_MENUSELECT 0x011f
#define WM_GESTURE 0x0119
#define WM_GESTURENOTIFY 0x011a
#define WM_MENUCHAR 0x0120
#define WM_ENTERIDLE 0x0121
#define WM_MENURBUTTONUP 0x0122
#define WM_MENUDRAG 0x0123
#define WM_MENUGETOBJECT 0x0124
#define WM_UNINITMENUPOPUP 0x0125
#define WM_MENUCOMMAND 0x0126
#define WM_CHANGEUISTATE 0x0127
#define WM_UPDATEUISTATE 0x0128
#define WM_QUERYUISTATE 0x0129
#define WM_CTLCOLORMSGBOX 0x0132
#define WM_CTLCOLOREDIT 0x0133
#define WM_CTLCOLORLISTBOX 0x0134
#define WM_CTLCOLORBTN 0x0135
#define WM_CTLCOLORDLG 0x0136
#define WM_CTLCOLORSCROLLBAR 0x0137
#define WM_CTLCOLORSTATIC 0x0138
#define WM_MOUSEFIRST 0x0200
#define WM_MOUSEMOVE 0x0200
#define WM_LBUTTONDOWN 0x0201
#define WM_LBUTTONUP 0x0202
#define WM_LBUTTONDBLCLK 0x0203
#define WM_RBUTTONDOWN 0x0204
#define WM_RBUTTONUP 0x0205
#define WM_RBUTTONDBLCLK 0x0206
#define WM_MBUTTONDOWN 0x0207
#define WM_MBUTTONUP 0x0208
#define WM_MBUTTONDBLCLK 0x0209
#define WM_MOUSEWHEEL 0x020a
#define WM_XBUTTONDOWN 0x020b
#define WM_XBUTTONUP 0x020c
#define WM_XBUTTONDBLCLK 0x020d
#define WM_MOUSEHWHEEL 0x020e
#define WM_MOUSELAST 0x020e
#define WM_PARENTNOTIFY 0x0210
#define WM_ENTERMENULOOP 0x0211
#define WM_EXITMENULOOP 0x0212
#define WM_NEXTMENU 0x0213
#define WM_SIZING 0x0214
#define WM_CAPTURECHANGED 0x0215
#define WM_MOVING 0x0216
#define WM_POWERBROADCAST 0x0218
#define PBT_APMQUERYSUSPEND 0x00
#define PBT_APMQUERYSTANDBY 0x01
#define PBT_APMQUERYSUSPENDFAILED 0x02
#define PBT_APMQUERYSTANDBYFAILED 0x03
#define PBT_APMSUSPEND 0x04
#define PBT_APMSTANDBY 0x05
#define PBT_APMRESUMECRITICAL 0x06
#define PBT_APMRESUMESUSPEND 0x07
#define PBT_APMRESUMESTANDBY 0x08
#define PBT_APMBATTERYLOW 0x09
#define PBT_APMPOWERSTATUSCHANGE 0x0a
#define PBT_APMOEMEVENT 0x0b
#define PBT_APMRESUMEAUTOMATIC 0x12
#define PBT_POWERSETTINGCHANGE 32787
#define WM_DEVICECHANGE 0x0219
#define WM_MDICREATE 0x0220
#define WM_MDIDESTROY 0x0221
#define WM_MDIACTIVATE 0x0222
#define WM_MDIRESTORE 0x0223
#define WM_MDINEXT 0x0224
#define WM_MDIMAXIMIZE 0x0225
#define WM_MDITILE 0x0226
#define WM_MDICASCADE 0x0227
#define WM_MDIICONARRANGE 0x0228
#define WM_MDIGETACTIVE 0x0229
#define WM_MDISETMENU 0x0230
#define WM_ENTERSIZEMOVE 0x0231
#define WM_EXITSIZEMOVE 0x0232
#define WM_DROPFILES 0x0233
#define WM_MDIREFRESHMENU 0x0234
#define WM_POINTERDEVICECHANGE 0x0238
#define WM_POINTERDEVICEINRANGE 0x0239
#define WM_POINTERDEVICEOUTOFRANGE 0x023a
#define WM_TOUCH 0x0240
#define WM_NCPOINTERUPDATE 0x0241
#define WM_NCPOINTERDOWN 0x0242
#define WM_NCPOINTERUP 0x0243
#define WM_POINTERUPDATE 0x0245
#define WM_POINTERDOWN 0x0246
#define WM_POINTERUP 0x0247
#define WM_POINTERENTER 0x0249
#define WM_POINTERLEAVE 0x024a
#define WM_POINTERACTIVATE 0x024b
#define WM_POINTERCAPTURECHANGED 0x024c
#define WM_TOUCHHITTESTING 0x024d
#define WM_POINTERWHEEL 0x024e
#define WM_POINTERHWHEEL 0x024f
#define WM_POINTERROUTEDTO 0x0251
#define WM_POINTERROUTEDAWAY 0x0252
#define WM_POINTERROUTEDRELEASED 0x0253
#define WM_IME_SETCONTEXT 0x0281
#define WM_IME_NOTIFY 0x0282
#define WM_IME_CONTROL 0x0283
#define WM_IME_COMPOSITIONFULL 0x0284
#define WM_IME_SELECT 0x0285
#define WM_IME_CHAR 0x0286
#define WM_IME_REQUEST 0x0288
#define WM_IME_KEYDOWN 0x0290
#define WM_IME_KEYUP 0x0291
#define WM_MOUSEHOVER 0x02a1
#define WM_MOUSELEAVE 0x02a3
#define WM_NCMOUSEHOVER 0x02a0
#define WM_NCMOUSELEAVE 0x02a2
#define WM_WTSSESSION_CHANGE 0x02b1
#define WM_TABLET_FIRST 0x02c0
#define WM_TABLET_LAST 0x02df
#define WM_DPICHANGED 0x02e0
#define WM_DPICHANGED_BEFOREPARENT 0x02e2
#define WM_DPICHANGED_AFTERPARENT 0x02e3
#define WM_GETDPISCALEDSIZE 0x02e4
#define WM_CUT 0x0300
#define WM_COPY 0x0301
#define WM_PASTE 0x0302
#define WM_CLEAR 0x0303
#define WM_UNDO 0x0304
#define WM_RENDERFORMAT 0x0305
#define WM_RENDERALLFORMATS 0x0306
#define WM_DESTROYCLIPBOARD 0x0307
#define WM_DRAWCLIPBOARD 0x0308
#define WM_PAINTCLIPBOARD 0x0309
#define WM_VSCROLLCLIPBOARD 0x030a
#define WM_SIZECLIPBOARD 0x030b
#define WM_ASKCBFORMATNAME 0x030c
#define WM_CHANGECBCHAIN 0x030d
#define WM_HSCROLLCLIPBOARD 0x030e
#define WM_QUERYNEWPALETTE 0x030f
#define WM_PALETTEISCHANGING 0x0310
#define WM_PALETTECHANGED 0x0311
#define WM_HOTKEY 0x0312
#define WM_PRINT 0x0317
#define WM_PRINTCLIENT 0x0318
#define WM_APPCOMMAND 0x0319
#define WM_THEMECHANGED 0x031a
#define WM_CLIPBOARDUPDATE 0x031d
#define WM_DWMCOMPOSITIONCHANGED 0x031e
#define WM_DWMNCRENDERINGCHANGED 0x031f
#define WM_DWMCOLORIZATIONCOLORCHANGED 0x0320
#define WM_DWMWINDOWMAXIMIZEDCHANGE 0x0321
#define WM_DWMSENDICONICTHUMBNAIL 0x0323
#define WM_DWMSENDICONICLIVEPREVIEWBITMAP 0x0326
#define WM_GETTITLEBARINFOEX 0x033f
#define WM_HANDHELDFIRST 0x0358
#define WM_HANDHELDLAST 0x035f
#define WM_AFXFIRST 0x0360
#define WM_AFXLAST 0x037f
#define WM_PENWINFIRST 0x0380
#define WM_PENWINLAST 0x038f
#define WM_APP 0x8000
#define WM_USER 0x0400
#define SMTO_NORMAL 0x00
#define SMTO_BLOCK 0x01
#define SMTO_ABORTIFHUNG 0x02
#define SMTO_NOTIMEOUTIFNOTHUNG 0x08
#define SMTO_ERRORONEXIT 0x20
#define SIZE_RESTORED 0
#define SIZE_MINIMIZED 1
#define SIZE_MAXIMIZED 2
#define SIZE_MAXSHOW 3
#define SIZE_MAXHIDE 4
#define MK_LBUTTON 0x01
#define MK_RBUTTON 0x02
#define MK_SHIFT 0x04
#define MK_CONTROL 0x08
#define MK_MBUTTON 0x10
#define MK_XBUTTON1 0x20
#define MK_XBUTTON2 0x40
#define WS_OVERLAPPED 0x00
#define WS_POPUP 0x80000000
#define WS_CHILD 0x40000000
#define WS_MINIMIZE 0x20000000
#define WS_VISIBLE 0x10000000
#define WS_DISABLED 0x08000000
#define WS_CLIPSIBLINGS 0x04000000
#define WS_CLIPCHILDREN 0x02000000
#define WS_MAXIMIZE 0x01000000
#define WS_CAPTION 0x00c00000
#define WS_BORDER 0x00800000
#define WS_DLGFRAME 0x00400000
#define WS_VSCROLL 0x00200000
#define WS_HSCROLL 0x00100000
#define WS_SYSMENU 0x00080000
#define WS_THICKFRAME 0x00040000
#define WS_GROUP 0x00020000
#define WS_TABSTOP 0x00010000
#define WS_MINIMIZEBOX 0x00020000
#define WS_MAXIMIZEBOX 0x00010000
#define WS_TILED 0
#define WS_ICONIC 536870912
#define WS_SIZEBOX 262144
#define WS_TILEDWINDOW 13565952
#define WS_OVERLAPPEDWINDOW 13565952
#define WS_POPUPWINDOW 0x80880000
#define WS_CHILDWINDOW 1073741824
#define WS_EX_DLGMODALFRAME 0x01
#define WS_EX_NOPARENTNOTIFY 0x04
#define WS_EX_TOPMOST 0x08
#define WS_EX_ACCEPTFILES 0x10
#define WS_EX_TRANSPARENT 0x20
#define WS_EX_MDICHILD 0x40
#define WS_EX_TOOLWINDOW 0x80
#define WS_EX_WINDOWEDGE 0x0100
#define WS_EX_CLIENTEDGE 0x0200
#define WS_EX_CONTEXTHELP 0x0400
#define WS_EX_RIGHT 0x1000
#define WS_EX_LEFT 0x00
#define WS_EX_RTLREADING 0x2000
#define WS_EX_LTRREADING 0x00
#define WS_EX_LEFTSCROLLBAR 0x4000
#define WS_EX_RIGHTSCROLLBAR 0x00
#define WS_EX_CONTROLPARENT 0x00010000
#define WS_EX_STATICEDGE 0x00020000
#define WS_EX_APPWINDOW 0x00040000
#define WS_EX_OVERLAPPEDWINDOW 768
#define WS_EX_PALETTEWINDOW 392
#define WS_EX_LAYERED 0x00080000
#define WS_EX_NOINHERITLAYOUT 0x00100000
#define WS_EX_NOREDIRECTIONBITMAP 0x00200000
#define WS_EX_LAYOUTRTL 0x00400000
#define WS_EX_COMPOSITED 0x02000000
#define WS_EX_NOACTIVATE 0x08000000
#define CS_VREDRAW 0x01
#define CS_HREDRAW 0x02
#define CS_DBLCLKS 0x08
#define CS_OWNDC 0x20
#define CS_CLASSDC 0x40
#define CS_PARENTDC 0x80
#define CS_NOCLOSE 0x0200
#define CS_SAVEBITS 0x0800
#define CS_BYTEALIGNCLIENT 0x1000
#define CS_BYTEALIGNWINDOW 0x2000
#define CS_GLOBALCLASS 0x4000
#define CS_IME 0x00010000
#define CS_DROPSHADOW 0x00020000
#define CF_TEXT 1
#define CF_BITMAP 2
#define CF_METAFILEPICT 3
#define CF_SYLK 4
#define CF_DIF 5
#define CF_TIFF 6
#define CF_OEMTEXT 7
#define CF_DIB 8
#define CF_PALETTE 9
#define CF_PENDATA 10
#define CF_RIFF 11
#define CF_WAVE 12
#define CF_UNICODETEXT 13
#define CF_ENHMETAFILE 14
#define CF_HDROP 15
#define CF_LOCALE 16
#define CF_DIBV5 17
#define CF_MAX 18
#define CF_OWNERDISPLAY 0x80
#define CF_DSPTEXT 0x81
#define CF_DSPBITMAP 0x82
#define CF_DSPMETAFILEPICT 0x83
#define CF_DSPENHMETAFILE 0x8e
#define CF_PRIVATEFIRST 0x0200
#define CF_PRIVATELAST 0x02ff
#define CF_GDIOBJFIRST 0x0300
#define CF_GDIOBJLAST 0x03ff
#define PM_NOREMOVE 0x00
#define PM_REMOVE 0x01
#define PM_NOYIELD 0x02
#define PM_QS_INPUT 67567616
#define PM_QS_POSTMESSAGE 9961472
#define PM_QS_PAINT 2097152
#define PM_QS_SENDMESSAGE 4194304
#define MOD_ALT 0x01
#define MOD_CONTROL 0x02
#define MOD_SHIFT 0x04
#define MOD_WIN 0x08
#define MOD_NOREPEAT 0x4000
#define ENDSESSION_CLOSEAPP 0x01
#define ENDSESSION_CRITICAL 0x40000000
#define ENDSESSION_LOGOFF 0x80000000
#define EWX_LOGOFF 0x00
#define EWX_SHUTDOWN 0x01
#define EWX_REBOOT 0x02
#define EWX_FORCE 0x04
#define EWX_POWEROFF 0x08
#define EWX_FORCEIFHUNG 0x10
#define EWX_QUICKRESOLVE 0x20
#define EWX_RESTARTAPPS 0x40
#define EWX_HYBRID_SHUTDOWN 0x00400000
#define EWX_BOOTOPTIONS 0x01000000
#define EWX_ARSO 0x04000000
#define EWX_CHECK_SAFE_FOR_SERVER 0x08000000
#define ISMEX_NOSEND 0x00
#define ISMEX_SEND 0x01
#define ISMEX_NOTIFY 0x02
#define ISMEX_CALLBACK 0x04
#define ISMEX_REPLIED 0x08
#define SWP_NOSIZE 0x01
#define SWP_NOMOVE 0x02
#define SWP_NOZORDER 0x04
#define SWP_NOREDRAW 0x08
#define SWP_NOACTIVATE 0x10
#define SWP_FRAMECHANGED 0x20
#define SWP_SHOWWINDOW 0x40
#define SWP_HIDEWINDOW 0x80
#define SWP_NOCOPYBITS 0x0100
#define SWP_NOOWNERZORDER 0x0200
#define SWP_NOSENDCHANGING 0x0400
#define SWP_DRAWFRAME 32
#define SWP_NOREPOSITION 512
#define SWP_DEFERERASE 0x2000
#define SWP_ASYNCWINDOWPOS 0x4000
#define MWMO_WAITALL 0x01
#define MWMO_ALERTABLE 0x02
#define MWMO_INPUTAVAILABLE 0x04
#define QS_KEY 0x01
#define QS_MOUSEMOVE 0x02
#define QS_MOUSEBUTTON 0x04
#define QS_POSTMESSAGE 0x08
#define QS_TIMER 0x10
#define QS_PAINT 0x20
#define QS_SENDMESSAGE 0x40
#define QS_HOTKEY 0x80
#define QS_ALLPOSTMESSAGE 0x0100
#define QS_RAWINPUT 0x0400
#define QS_TOUCH 0x0800
#define QS_POINTER 0x1000
#define QS_MOUSE 6
#define QS_INPUT 1031
#define QS_ALLEVENTS 1215
#define QS_ALLINPUT 1279
#define USER_TIMER_MAXIMUM 0x7fffffff
#define USER_TIMER_MINIMUM 0x0a
#define SM_CXSCREEN 0
#define SM_CYSCREEN 1
#define SM_CXVSCROLL 2
#define SM_CYHSCROLL 3
#define SM_CYCAPTION 4
#define SM_CXBORDER 5
#define SM_CYBORDER 6
#define SM_CXDLGFRAME 7
#define SM_CYDLGFRAME 8
#define SM_CYVTHUMB 9
#define SM_CXHTHUMB 10
#define SM_CXICON 11
#define SM_CYICON 12
#define SM_CXCURSOR 13
#define SM_CYCURSOR 14
#define SM_CYMENU 15
#define SM_CXFULLSCREEN 16
#define SM_CYFULLSCREEN 17
#define SM_CYKANJIWINDOW 18
#define SM_CYVSCROLL 20
#define SM_CXHSCROLL 21
#define SM_CXMIN 28
#define SM_CYMIN 29
#define SM_CXSIZE 30
#define SM_CYSIZE 31
#define SM_CXFRAME 32
#define SM_CYFRAME 33
#define SM_CXMINTRACK 34
#define SM_CYMINTRACK 35
#define SM_CXDOUBLECLK 36
#define SM_CYDOUBLECLK 37
#define SM_CXICONSPACING 38
#define SM_CYICONSPACING 39
#define SM_CMOUSEBUTTONS 43
#define SM_CXFIXEDFRAME 7
#define SM_CYFIXEDFRAME 8
#define SM_CXSIZEFRAME 32
#define SM_CYSIZEFRAME 33
#define SM_CXEDGE 45
#define SM_CYEDGE 46
#define SM_CXMINSPACING 47
#define SM_CYMINSPACING 48
#define SM_CXSMICON 49
#define SM_CYSMICON 50
#define SM_CYSMCAPTION 51
#define SM_CXSMSIZE 52
#define SM_CYSMSIZE 53
#define SM_CXMENUSIZE 54
#define SM_CYMENUSIZE 55
#define SM_CXMINIMIZED 57
#define SM_CYMINIMIZED 58
#define SM_CXMAXTRACK 59
#define SM_CYMAXTRACK 60
#define SM_CXMAXIMIZED 61
#define SM_CYMAXIMIZED 62
#define SM_CLEANBOOT 67
#define SM_CXDRAG 68
#define SM_CYDRAG 69
#define SM_CXMENUCHECK 71
#define SM_CYMENUCHECK 72
#define SM_CXVIRTUALSCREEN 78
#define SM_CYVIRTUALSCREEN 79
#define SM_CMONITORS 80
#define SM_CXFOCUSBORDER 83
#define SM_CYFOCUSBORDER 84
#define SM_CXPADDEDBORDER 92
#define SM_CMETRICS 76
#define SM_CARETBLINKINGENABLED 0x2002
#define SM_CONVERTIBLESLATEMODE 0x2003
#define SW_SCROLLCHILDREN 0x01
#define SW_INVALIDATE 0x02
#define SW_ERASE 0x04
#define SW_SMOOTHSCROLL 0x10
#define MB_OK 0x00
#define MB_OKCANCEL 0x01
#define MB_ABORTRETRYIGNORE 0x02
#define MB_YESNOCANCEL 0x03
#define MB_YESNO 0x04
#define MB_RETRYCANCEL 0x05
#define MB_CANCELTRYCONTINUE 0x06
#define MB_ICONHAND 0x10
#define MB_ICONQUESTION 0x20
#define MB_ICONEXCLAMATION 0x30
#define MB_ICONASTERISK 0x40
#define MB_USERICON 0x80
#define MB_ICONWARNING 48
#define MB_ICONERROR 16
#define MB_ICONINFORMATION 64
#define MB_ICONSTOP 16
#define MB_DEFBUTTON1 0x00
#define MB_DEFBUTTON2 0x0100
#define MB_DEFBUTTON3 0x0200
#define MB_DEFBUTTON4 0x0300
#define MB_APPLMODAL 0x00
#define MB_SYSTEMMODAL 0x1000
#define MB_TASKMODAL 0x2000
#define MB_HELP 0x4000
#define MB_NOFOCUS 0x8000
#define MB_SETFOREGROUND 0x00010000
#define MB_DEFAULT_DESKTOP_ONLY 0x00020000
#define MB_TOPMOST 0x00040000
#define MB_RIGHT 0x00080000
#define MB_RTLREADING 0x00100000
#define MB_SERVICE_NOTIFICATION 0x00200000
#define MB_SERVICE_NOTIFICATION_NT3X 0x00040000
#define MB_TYPEMASK 0x0f
#define MB_ICONMASK 0xf0
#define MB_DEFMASK 0x0f00
#define MB_MODEMASK 0x3000
#define MB_MISCMASK 0xc000
#define COLOR_SCROLLBAR 0
#define COLOR_BACKGROUND 1
#define COLOR_ACTIVECAPTION 2
#define COLOR_INACTIVECAPTION 3
#define COLOR_MENU 4
#define COLOR_WINDOW 5
#define COLOR_WINDOWFRAME 6
#define COLOR_MENUTEXT 7
#define COLOR_WINDOWTEXT 8
#define COLOR_CAPTIONTEXT 9
#define COLOR_ACTIVEBORDER 10
#define COLOR_INACTIVEBORDER 11
#define COLOR_APPWORKSPACE 12
#define COLOR_HIGHLIGHT 13
#define COLOR_HIGHLIGHTTEXT 14
#define COLOR_BTNFACE 15
#define COLOR_BTNSHADOW 16
#define COLOR_GRAYTEXT 17
#define COLOR_BTNTEXT 18
#define COLOR_INACTIVECAPTIONTEXT 19
#define COLOR_BTNHIGHLIGHT 20
#define COLOR_3DDKSHADOW 21
#define COLOR_3DLIGHT 22
#define COLOR_INFOTEXT 23
#define COLOR_INFOBK 24
#define COLOR_HOTLIGHT 26
#define COLOR_GRADIENTACTIVECAPTION 27
#define COLOR_GRADIENTINACTIVECAPTION 28
#define COLOR_MENUHILIGHT 29
#define COLOR_MENUBAR 30
#define COLOR_DESKTOP 1
#define COLOR_3DFACE 15
#define COLOR_3DSHADOW 16
#define COLOR_3DHIGHLIGHT 20
#define COLOR_3DHILIGHT 20
#define COLOR_BTNHILIGHT 20
#define SC_SIZE 0xf000
#define SC_MOVE 0xf010
#define SC_MINIMIZE 0xf020
#define SC_MAXIMIZE 0xf030
#define SC_NEXTWINDOW 0xf040
#define SC_PREVWINDOW 0xf050
#define SC_CLOSE 0xf060
#define SC_VSCROLL 0xf070
#define SC_HSCROLL 0xf080
#define SC_MOUSEMENU 0xf090
#define SC_KEYMENU 0xf100
#define SC_ARRANGE 0xf110
#define SC_RESTORE 0xf120
#define SC_TASKLIST 0xf130
#define SC_SCREENSAVE 0xf140
#define SC_HOTKEY 0xf150
#define SC_DEFAULT 0xf160
#define SC_MONITORPOWER 0xf170
#define SC_CONTEXTHELP 0xf180
#define SC_SEPARATOR 0xf00f
#define SC_ICON 61472
#define SC_ZOOM 61488
#define IDOK 1
#define IDCANCEL 2
#define IDABORT 3
#define IDRETRY 4
#define IDIGNORE 5
#define IDYES 6
#define IDNO 7
#define IDCLOSE 8
#define IDHELP 9
#define IDTRYAGAIN 10
#define IDCONTINUE 11
#define IDTIMEOUT 32000
#define DLGC_WANTARROWS 0x01
#define DLGC_WANTTAB 0x02
#define DLGC_WANTALLKEYS 0x04
#define DLGC_WANTMESSAGE 0x04
#define DLGC_HASSETSEL 0x08
#define DLGC_DEFPUSHBUTTON 0x10
#define DLGC_UNDEFPUSHBUTTON 0x20
#define DLGC_RADIOBUTTON 0x40
#define DLGC_WANTCHARS 0x80
#define DLGC_STATIC 0x0100
#define DLGC_BUTTON 0x2000
#define WS_ACTIVECAPTION 0x01

/* Cursors and icons of the system, for the fields that name one. */
#define IDC_ARROW MAKEINTRESOURCE(32512)
#define IDC_IBEAM MAKEINTRESOURCE(32513)
#define IDC_WAIT MAKEINTRESOURCE(32514)
#define IDC_CROSS MAKEINTRESOURCE(32515)
#define IDC_UPARROW MAKEINTRESOURCE(32516)
#define IDC_SIZENWSE MAKEINTRESOURCE(32642)
#define IDC_SIZENESW MAKEINTRESOURCE(32643)
#define IDC_SIZEWE MAKEINTRESOURCE(32644)
#define IDC_SIZENS MAKEINTRESOURCE(32645)
#define IDC_SIZEALL MAKEINTRESOURCE(32646)
#define IDC_NO MAKEINTRESOURCE(32648)
#define IDC_HAND MAKEINTRESOURCE(32649)
#define IDC_APPSTARTING MAKEINTRESOURCE(32650)
#define IDC_HELP MAKEINTRESOURCE(32651)
#define IDI_APPLICATION MAKEINTRESOURCE(32512)
#define IDI_HAND MAKEINTRESOURCE(32513)
#define IDI_QUESTION MAKEINTRESOURCE(32514)
#define IDI_EXCLAMATION MAKEINTRESOURCE(32515)
#define IDI_ASTERISK MAKEINTRESOURCE(32516)
#define IDI_WINLOGO MAKEINTRESOURCE(32517)
#define IDI_SHIELD MAKEINTRESOURCE(32518)
#define IDI_WARNING IDI_EXCLAMATION
#define IDI_ERROR IDI_HAND
#define IDI_INFORMATION IDI_ASTERISK

LARBOARD_BEGIN
LRESULT WINAPI CallWindowProcA(WNDPROC lpPrevWndFunc, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI CallWindowProcW(WNDPROC lpPrevWndFunc, HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
HWND WINAPI CreateWindowExA(
    DWORD dwExStyle, LPCSTR lpClassName, LPCSTR lpWindowName, DWORD dwStyle, int X, int Y, int nWidth, int nHeight,
    HWND hWndParent, HMENU hMenu, HINSTANCE hInstance, LPVOID lpParam);
HWND WINAPI CreateWindowExW(
    DWORD dwExStyle, LPCWSTR lpClassName, LPCWSTR lpWindowName, DWORD dwStyle, int X, int Y, int nWidth, int nHeight,
    HWND hWndParent, HMENU hMenu, HINSTANCE hInstance, LPVOID lpParam);
LRESULT WINAPI DefWindowProcA(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI DefWindowProcW(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
BOOL WINAPI DestroyWindow(HWND hWnd);
LRESULT WINAPI DispatchMessageA(const MSG *lpMsg);
LRESULT WINAPI DispatchMessageW(const MSG *lpMsg);
HWND WINAPI FindWindowA(LPCSTR lpClassName, LPCSTR lpWindowName);
HWND WINAPI FindWindowExA(HWND hWndParent, HWND hWndChildAfter, LPCSTR lpszClass, LPCSTR lpszWindow);
HWND WINAPI FindWindowExW(HWND hWndParent, HWND hWndChildAfter, LPCWSTR lpszClass, LPCWSTR lpszWindow);
HWND WINAPI FindWindowW(LPCWSTR lpClassName, LPCWSTR lpWindowName);
BOOL WINAPI GetClassInfoA(HINSTANCE hInstance, LPCSTR lpClassName, LPWNDCLASSA lpWndClass);
BOOL WINAPI GetClassInfoExA(HINSTANCE hInstance, LPCSTR lpszClass, LPWNDCLASSEXA lpwcx);
BOOL WINAPI GetClassInfoExW(HINSTANCE hInstance, LPCWSTR lpszClass, LPWNDCLASSEXW lpwcx);
BOOL WINAPI GetClassInfoW(HINSTANCE hInstance, LPCWSTR lpClassName, LPWNDCLASSW lpWndClass);
int WINAPI GetClassNameA(HWND hWnd, LPSTR lpClassName, int nMaxCount);
int WINAPI GetClassNameW(HWND hWnd, LPWSTR lpClassName, int nMaxCount);
BOOL WINAPI GetMessageA(LPMSG lpMsg, HWND hWnd, UINT wMsgFilterMin, UINT wMsgFilterMax);
LONG WINAPI GetMessageTime(void);
BOOL WINAPI GetMessageW(LPMSG lpMsg, HWND hWnd, UINT wMsgFilterMin, UINT wMsgFilterMax);
HWND WINAPI GetParent(HWND hWnd);
DWORD WINAPI GetQueueStatus(UINT flags);
LONG WINAPI GetWindowLongA(HWND hWnd, int nIndex);
LONG_PTR WINAPI GetWindowLongPtrA(HWND hWnd, int nIndex);
LONG_PTR WINAPI GetWindowLongPtrW(HWND hWnd, int nIndex);
LONG WINAPI GetWindowLongW(HWND hWnd, int nIndex);
int WINAPI GetWindowTextA(HWND hWnd, LPSTR lpString, int nMaxCount);
int WINAPI GetWindowTextLengthA(HWND hWnd);
int WINAPI GetWindowTextLengthW(HWND hWnd);
int WINAPI GetWindowTextW(HWND hWnd, LPWSTR lpString, int nMaxCount);
DWORD WINAPI GetWindowThreadProcessId(HWND hWnd, LPDWORD lpdwProcessId);
BOOL WINAPI InSendMessage(void);
DWORD WINAPI InSendMessageEx(LPVOID lpReserved);
BOOL WINAPI IsChild(HWND hWndParent, HWND hWnd);
BOOL WINAPI IsWindow(HWND hWnd);
BOOL WINAPI IsWindowUnicode(HWND hWnd);
BOOL WINAPI IsWindowVisible(HWND hWnd);
BOOL WINAPI KillTimer(HWND hWnd, UINT_PTR uIDEvent);
DWORD WINAPI MsgWaitForMultipleObjects(
    DWORD nCount, const HANDLE *pHandles, BOOL fWaitAll, DWORD dwMilliseconds, DWORD dwWakeMask);
DWORD WINAPI MsgWaitForMultipleObjectsEx(
    DWORD nCount, const HANDLE *pHandles, DWORD dwMilliseconds, DWORD dwWakeMask, DWORD dwFlags);
BOOL WINAPI PeekMessageA(LPMSG lpMsg, HWND hWnd, UINT wMsgFilterMin, UINT wMsgFilterMax, UINT wRemoveMsg);
BOOL WINAPI PeekMessageW(LPMSG lpMsg, HWND hWnd, UINT wMsgFilterMin, UINT wMsgFilterMax, UINT wRemoveMsg);
BOOL WINAPI PostMessageA(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
BOOL WINAPI PostMessageW(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
void WINAPI PostQuitMessage(int nExitCode);
BOOL WINAPI PostThreadMessageA(DWORD idThread, UINT Msg, WPARAM wParam, LPARAM lParam);
BOOL WINAPI PostThreadMessageW(DWORD idThread, UINT Msg, WPARAM wParam, LPARAM lParam);
ATOM WINAPI RegisterClassA(const WNDCLASSA *lpWndClass);
ATOM WINAPI RegisterClassExA(const WNDCLASSEXA *lpwcx);
ATOM WINAPI RegisterClassExW(const WNDCLASSEXW *lpwcx);
ATOM WINAPI RegisterClassW(const WNDCLASSW *lpWndClass);
UINT WINAPI RegisterWindowMessageA(LPCSTR lpString);
UINT WINAPI RegisterWindowMessageW(LPCWSTR lpString);
BOOL WINAPI ReplyMessage(LRESULT lResult);
LRESULT WINAPI SendMessageA(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
BOOL WINAPI SendMessageCallbackA(
    HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, SENDASYNCPROC lpResultCallBack, ULONG_PTR dwData);
BOOL WINAPI SendMessageCallbackW(
    HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, SENDASYNCPROC lpResultCallBack, ULONG_PTR dwData);
LRESULT WINAPI SendMessageTimeoutA(
    HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, UINT fuFlags, UINT uTimeout, PDWORD_PTR lpdwResult);
LRESULT WINAPI SendMessageTimeoutW(
    HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam, UINT fuFlags, UINT uTimeout, PDWORD_PTR lpdwResult);
LRESULT WINAPI SendMessageW(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
BOOL WINAPI SendNotifyMessageA(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
BOOL WINAPI SendNotifyMessageW(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
UINT_PTR WINAPI SetTimer(HWND hWnd, UINT_PTR nIDEvent, UINT uElapse, TIMERPROC lpTimerFunc);
LONG WINAPI SetWindowLongA(HWND hWnd, int nIndex, LONG dwNewLong);
LONG_PTR WINAPI SetWindowLongPtrA(HWND hWnd, int nIndex, LONG_PTR dwNewLong);
LONG_PTR WINAPI SetWindowLongPtrW(HWND hWnd, int nIndex, LONG_PTR dwNewLong);
LONG WINAPI SetWindowLongW(HWND hWnd, int nIndex, LONG dwNewLong);
BOOL WINAPI SetWindowTextA(HWND hWnd, LPCSTR lpString);
BOOL WINAPI SetWindowTextW(HWND hWnd, LPCWSTR lpString);
BOOL WINAPI ShowWindow(HWND hWnd, int nCmdShow);
BOOL WINAPI TranslateMessage(const MSG *lpMsg);
BOOL WINAPI UnregisterClassA(LPCSTR lpClassName, HINSTANCE hInstance);
BOOL WINAPI UnregisterClassW(LPCWSTR lpClassName, HINSTANCE hInstance);
BOOL WINAPI WaitMessage(void);
BOOL WINAPI UpdateWindow(HWND hWnd);
LARBOARD_END
#ifdef UNICODE
#define CallWindowProc CallWindowProcW
#define CreateWindowEx CreateWindowExW
#define DefWindowProc DefWindowProcW
#define DispatchMessage DispatchMessageW
#define FindWindowEx FindWindowExW
#define FindWindow FindWindowW
#define GetClassInfoEx GetClassInfoExW
#define GetClassInfo GetClassInfoW
#define GetClassName GetClassNameW
#define GetMessage GetMessageW
#define GetWindowLongPtr GetWindowLongPtrW
#define GetWindowLong GetWindowLongW
#define GetWindowTextLength GetWindowTextLengthW
#define GetWindowText GetWindowTextW
#define PeekMessage PeekMessageW
#define PostMessage PostMessageW
#define PostThreadMessage PostThreadMessageW
#define RegisterClassEx RegisterClassExW
#define RegisterClass RegisterClassW
#define RegisterWindowMessage RegisterWindowMessageW
#define SendMessageCallback SendMessageCallbackW
#define SendMessageTimeout SendMessageTimeoutW
#define SendMessage SendMessageW
#define SendNotifyMessage SendNotifyMessageW
#define SetWindowLongPtr SetWindowLongPtrW
#define SetWindowLong SetWindowLongW
#define SetWindowText SetWindowTextW
#define UnregisterClass UnregisterClassW
#else
#define CallWindowProc CallWindowProcA
#define CreateWindowEx CreateWindowExA
#define DefWindowProc DefWindowProcA
#define DispatchMessage DispatchMessageA
#define FindWindowEx FindWindowExA
#define FindWindow FindWindowA
#define GetClassInfoEx GetClassInfoExA
#define GetClassInfo GetClassInfoA
#define GetClassName GetClassNameA
#define GetMessage GetMessageA
#define GetWindowLongPtr GetWindowLongPtrA
#define GetWindowLong GetWindowLongA
#define GetWindowTextLength GetWindowTextLengthA
#define GetWindowText GetWindowTextA
#define PeekMessage PeekMessageA
#define PostMessage PostMessageA
#define PostThreadMessage PostThreadMessageA
#define RegisterClassEx RegisterClassExA
#define RegisterClass RegisterClassA
#define RegisterWindowMessage RegisterWindowMessageA
#define SendMessageCallback SendMessageCallbackA
#define SendMessageTimeout SendMessageTimeoutA
#define SendMessage SendMessageA
#define SendNotifyMessage SendNotifyMessageA
#define SetWindowLongPtr SetWindowLongPtrA
#define SetWindowLong SetWindowLongA
#define SetWindowText SetWindowTextA
#define UnregisterClass UnregisterClassA
#endif
#define CreateWindowA(lpClassName, lpWindowName, dwStyle, x, y, nWidth, nHeight, hWndParent, hMenu, hInstance, lpParam) \
    CreateWindowExA(0, lpClassName, lpWindowName, dwStyle, x, y, nWidth, nHeight, hWndParent, hMenu, hInstance, lpParam)
#define CreateWindowW(lpClassName, lpWindowName, dwStyle, x, y, nWidth, nHeight, hWndParent, hMenu, hInstance, lpParam) \
    CreateWindowExW(0, lpClassName, lpWindowName, dwStyle, x, y, nWidth, nHeight, hWndParent, hMenu, hInstance, lpParam)
#define PostAppMessageA(idThread, wMsg, wParam, lParam) PostThreadMessageA((DWORD)(idThread), wMsg, wParam, lParam)
#define PostAppMessageW(idThread, wMsg, wParam, lParam) PostThreadMessageW((DWORD)(idThread), wMsg, wParam, lParam)
#ifdef UNICODE
#define CreateWindow CreateWindowW
#define MAKEINTRESOURCE MAKEINTRESOURCEW
#define PostAppMessage PostAppMessageW
#else
#define CreateWindow CreateWindowA
#define MAKEINTRESOURCE MAKEINTRESOURCEA
#define PostAppMessage PostAppMessageA
#endif

#include <larboard/characters.h>

#endif
