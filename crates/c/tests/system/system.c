/* Files, folders, modules, the environment, memory and the version, as a program for Windows uses them. */
#define _CRT_SECURE_NO_WARNINGS
#include <windows.h>
#include <psapi.h>
#include <shellapi.h>
#include <versionhelpers.h>
#include <bcrypt.h>
#include <iphlpapi.h>
#include <stdio.h>
#include <tchar.h>

static int failures;

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s(%d): %s, error %u\n", __FILE__, __LINE__, #condition, GetLastError()); \
            failures++; \
        } \
    } while (0)

static void files(const TCHAR *folder)
{
    TCHAR name[MAX_PATH], other[MAX_PATH];
    char text[16];
    DWORD count = 0;
    LARGE_INTEGER zero, size;
    WIN32_FIND_DATA found;
    HANDLE file, search;

    CHECK(CreateDirectory(folder, NULL));
    CHECK(!CreateDirectory(folder, NULL) && GetLastError() == ERROR_ALREADY_EXISTS);
    _tcscpy(name, folder);
    _tcscat(name, TEXT("\\Log.TXT"));
    file = CreateFile(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    CHECK(file != INVALID_HANDLE_VALUE && GetFileType(file) == FILE_TYPE_DISK);
    CHECK(WriteFile(file, "hello", 5, NULL, NULL) && WriteFile(file, " file", 5, &count, NULL) && count == 5);
    zero.QuadPart = 6;
    CHECK(SetFilePointerEx(file, zero, NULL, FILE_BEGIN) && ReadFile(file, text, sizeof(text), &count, NULL));
    CHECK(count == 4 && memcmp(text, "file", 4) == 0);
    CHECK(SetFilePointer(file, 5, NULL, FILE_BEGIN) == 5 && SetEndOfFile(file) && FlushFileBuffers(file));
    CHECK(GetFileSizeEx(file, &size) && size.QuadPart == 5 && GetFileSize(file, NULL) == 5);
    CHECK(CloseHandle(file));

    _tcscpy(other, folder);
    _tcscat(other, TEXT("\\*.txt"));
    search = FindFirstFile(other, &found);
    CHECK(search != INVALID_HANDLE_VALUE && _tcscmp(found.cFileName, TEXT("Log.TXT")) == 0 && found.nFileSizeLow == 5);
    CHECK(!FindNextFile(search, &found) && GetLastError() == ERROR_NO_MORE_FILES && FindClose(search));

    _tcscpy(other, folder);
    _tcscat(other, TEXT("/copy"));
    CHECK(CopyFile(name, other, TRUE) && MoveFileEx(other, name, MOVEFILE_REPLACE_EXISTING));
    CHECK(GetFileAttributes(other) == INVALID_FILE_ATTRIBUTES && GetFileAttributes(name) == FILE_ATTRIBUTE_ARCHIVE);
    CHECK(DeleteFile(name) && RemoveDirectory(folder));
}

static void pipes(void)
{
    HANDLE in, out;
    char text[8];
    DWORD count = 0;
    CHECK(CreatePipe(&in, &out, NULL, 0) && WriteFile(out, "pipe", 4, &count, NULL) && CloseHandle(out));
    CHECK(ReadFile(in, text, sizeof(text), &count, NULL) && count == 4);
    CHECK(!ReadFile(in, text, sizeof(text), &count, NULL) && GetLastError() == ERROR_BROKEN_PIPE && CloseHandle(in));
}

static void program(int argc)
{
    TCHAR name[MAX_PATH], expanded[64];
    int count = 0;
    LPWSTR *arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    CHECK(arguments != NULL && count == argc && lstrcmpW(arguments[2], L"an argument") == 0);
    LocalFree(arguments);
    CHECK(GetModuleFileName(NULL, name, MAX_PATH) > 0 && _tcsrchr(name, TEXT('\\')) != NULL);
    CHECK(GetModuleHandle(NULL) != NULL && GetModuleHandle(TEXT("no such module.dll")) == NULL);
    CHECK(GetProcAddress(GetModuleHandle(TEXT("kernel32.dll")), "NoSuchFunction") == NULL);
    CHECK(SetEnvironmentVariable(TEXT("LARBOARD_PLACE"), TEXT("harbour")));
    CHECK(ExpandEnvironmentStrings(TEXT("<%LARBOARD_PLACE%>"), expanded, 64) == 10);
    CHECK(_tcscmp(expanded, TEXT("<harbour>")) == 0);
    CHECK(GetCurrentDirectory(MAX_PATH, name) > 0 && SetCurrentDirectory(name));
}

static void machine(void)
{
    PROCESS_MEMORY_COUNTERS counters;
    MEMORYSTATUSEX status = {sizeof(status)};
    OSVERSIONINFO version = {sizeof(version)};
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId());
    UCHAR bytes[16];
    TCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    ULONG needed = 0;

    CHECK(GetProcessMemoryInfo(process, &counters, sizeof(counters)) && counters.WorkingSetSize > 0);
    CHECK(CloseHandle(process));
    CHECK(GlobalMemoryStatusEx(&status) && status.ullTotalPhys > status.ullAvailPhys);
    CHECK(GetVersionEx(&version) && version.dwMajorVersion == 10);
    CHECK(IsWindows7OrGreater() && IsWindows10OrGreater() && !IsWindowsVersionOrGreater(11, 0, 0));
    CHECK(BCRYPT_SUCCESS(BCryptGenRandom(NULL, bytes, sizeof(bytes), BCRYPT_USE_SYSTEM_PREFERRED_RNG)));
    CHECK(GetComputerName(name, &size) && size > 0);
    CHECK(GetAdaptersAddresses(AF_UNSPEC, GAA_FLAG_SKIP_DNS_SERVER, NULL, NULL, &needed) == ERROR_BUFFER_OVERFLOW);
}

int _tmain(int argc, TCHAR *argv[])
{
    files(argv[1]);
    pipes();
    program(argc);
    machine();
    return failures != 0;
}
