/* The structures that many functions share. */
#ifndef _MINWINBASE_
#define _MINWINBASE_

#include <windef.h>
#include <winerror.h>

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    union {
        struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _OVERLAPPED_ENTRY {
    ULONG_PTR lpCompletionKey;
    LPOVERLAPPED lpOverlapped;
    ULONG_PTR Internal;
    DWORD dwNumberOfBytesTransferred;
} OVERLAPPED_ENTRY, *LPOVERLAPPED_ENTRY;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef struct _WIN32_FIND_DATAA {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime;
    FILETIME ftLastAccessTime;
    FILETIME ftLastWriteTime;
    DWORD nFileSizeHigh;
    DWORD nFileSizeLow;
    DWORD dwReserved0;
    DWORD dwReserved1;
    CHAR cFileName[MAX_PATH];
    CHAR cAlternateFileName[14];
} WIN32_FIND_DATAA, *PWIN32_FIND_DATAA, *LPWIN32_FIND_DATAA;

typedef struct _WIN32_FIND_DATAW {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime;
    FILETIME ftLastAccessTime;
    FILETIME ftLastWriteTime;
    DWORD nFileSizeHigh;
    DWORD nFileSizeLow;
    DWORD dwReserved0;
    DWORD dwReserved1;
    WCHAR cFileName[MAX_PATH];
    WCHAR cAlternateFileName[14];
} WIN32_FIND_DATAW, *PWIN32_FIND_DATAW, *LPWIN32_FIND_DATAW;

#ifdef UNICODE
typedef WIN32_FIND_DATAW WIN32_FIND_DATA;
typedef PWIN32_FIND_DATAW PWIN32_FIND_DATA;
typedef LPWIN32_FIND_DATAW LPWIN32_FIND_DATA;
#else
typedef WIN32_FIND_DATAA WIN32_FIND_DATA;
typedef PWIN32_FIND_DATAA PWIN32_FIND_DATA;
typedef LPWIN32_FIND_DATAA LPWIN32_FIND_DATA;
#endif

typedef enum _FINDEX_INFO_LEVELS { FindExInfoStandard, FindExInfoBasic, FindExInfoMaxInfoLevel } FINDEX_INFO_LEVELS;
typedef enum _FINDEX_SEARCH_OPS {
    FindExSearchNameMatch,
    FindExSearchLimitToDirectories,
    FindExSearchLimitToDevices,
    FindExSearchMaxSearchOp
} FINDEX_SEARCH_OPS;
typedef enum _GET_FILEEX_INFO_LEVELS { GetFileExInfoStandard, GetFileExMaxInfoLevel } GET_FILEEX_INFO_LEVELS;
typedef enum _FILE_INFO_BY_HANDLE_CLASS {
    FileBasicInfo,
    FileStandardInfo,
    FileNameInfo,
    FileRenameInfo,
    FileDispositionInfo,
    FileAllocationInfo,
    FileEndOfFileInfo,
    FileStreamInfo,
    FileCompressionInfo,
    FileAttributeTagInfo,
    FileIdBothDirectoryInfo,
    FileIdBothDirectoryRestartInfo,
    FileIoPriorityHintInfo,
    FileRemoteProtocolInfo,
    FileFullDirectoryInfo,
    FileFullDirectoryRestartInfo,
    FileStorageInfo,
    FileAlignmentInfo,
    FileIdInfo,
    FileIdExtdDirectoryInfo,
    FileIdExtdDirectoryRestartInfo,
    FileDispositionInfoEx,
    FileRenameInfoEx,
    FileCaseSensitiveInfo,
    FileNormalizedNameInfo,
    MaximumFileInfoByHandleClass
} FILE_INFO_BY_HANDLE_CLASS, *PFILE_INFO_BY_HANDLE_CLASS;

typedef RTL_CRITICAL_SECTION CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;
typedef RTL_CRITICAL_SECTION_DEBUG CRITICAL_SECTION_DEBUG, *PCRITICAL_SECTION_DEBUG, *LPCRITICAL_SECTION_DEBUG;

typedef void(WINAPI *LPOVERLAPPED_COMPLETION_ROUTINE)(
    DWORD dwErrorCode, DWORD dwNumberOfBytesTransfered, LPOVERLAPPED lpOverlapped);
typedef DWORD(WINAPI *PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;
typedef void(WINAPI *PAPCFUNC)(ULONG_PTR Parameter);

#define MoveMemory RtlMoveMemory
#define CopyMemory RtlCopyMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory
#define SecureZeroMemory RtlSecureZeroMemory

#define STILL_ACTIVE ((DWORD)0x00000103)
#define EXCEPTION_DEBUG_EVENT 1
#define EXCEPTION_ACCESS_VIOLATION ((NTSTATUS)0xC0000005)
#define EXCEPTION_DATATYPE_MISALIGNMENT ((NTSTATUS)0x80000002)
#define EXCEPTION_BREAKPOINT ((NTSTATUS)0x80000003)
#define EXCEPTION_SINGLE_STEP ((NTSTATUS)0x80000004)
#define EXCEPTION_ARRAY_BOUNDS_EXCEEDED ((NTSTATUS)0xC000008C)
#define EXCEPTION_FLT_DENORMAL_OPERAND ((NTSTATUS)0xC000008D)
#define EXCEPTION_FLT_DIVIDE_BY_ZERO ((NTSTATUS)0xC000008E)
#define EXCEPTION_FLT_INEXACT_RESULT ((NTSTATUS)0xC000008F)
#define EXCEPTION_FLT_INVALID_OPERATION ((NTSTATUS)0xC0000090)
#define EXCEPTION_FLT_OVERFLOW ((NTSTATUS)0xC0000091)
#define EXCEPTION_FLT_STACK_CHECK ((NTSTATUS)0xC0000092)
#define EXCEPTION_FLT_UNDERFLOW ((NTSTATUS)0xC0000093)
#define EXCEPTION_INT_DIVIDE_BY_ZERO ((NTSTATUS)0xC0000094)
#define EXCEPTION_INT_OVERFLOW ((NTSTATUS)0xC0000095)
#define EXCEPTION_PRIV_INSTRUCTION ((NTSTATUS)0xC0000096)
#define EXCEPTION_IN_PAGE_ERROR ((NTSTATUS)0xC0000006)
#define EXCEPTION_ILLEGAL_INSTRUCTION ((NTSTATUS)0xC000001D)
#define EXCEPTION_NONCONTINUABLE_EXCEPTION ((NTSTATUS)0xC0000025)
#define EXCEPTION_STACK_OVERFLOW ((NTSTATUS)0xC00000FD)
#define EXCEPTION_INVALID_DISPOSITION ((NTSTATUS)0xC0000026)
#define EXCEPTION_GUARD_PAGE ((NTSTATUS)0x80000001)
#define EXCEPTION_INVALID_HANDLE ((NTSTATUS)0xC0000008)
#define EXCEPTION_POSSIBLE_DEADLOCK ((NTSTATUS)0xC0000194)
#define FIND_FIRST_EX_CASE_SENSITIVE 0x01
#define FIND_FIRST_EX_LARGE_FETCH 0x02
#define FIND_FIRST_EX_ON_DISK_ENTRIES_ONLY 0x04
#define LOCKFILE_FAIL_IMMEDIATELY 0x01
#define LOCKFILE_EXCLUSIVE_LOCK 0x02
#define PROCESS_HEAP_REGION 0x01
#define PROCESS_HEAP_UNCOMMITTED_RANGE 0x02
#define PROCESS_HEAP_ENTRY_BUSY 0x04
#define PROCESS_HEAP_SEG_ALLOC 0x08
#define PROCESS_HEAP_ENTRY_MOVEABLE 0x10
#define PROCESS_HEAP_ENTRY_DDESHARE 0x20
#define CREATE_THREAD_DEBUG_EVENT 2
#define CREATE_PROCESS_DEBUG_EVENT 3
#define EXIT_THREAD_DEBUG_EVENT 4
#define EXIT_PROCESS_DEBUG_EVENT 5
#define LOAD_DLL_DEBUG_EVENT 6
#define UNLOAD_DLL_DEBUG_EVENT 7
#define OUTPUT_DEBUG_STRING_EVENT 8
#define RIP_EVENT 9
#define CONTROL_C_EXIT ((NTSTATUS)0xC000013A)
#define LMEM_FIXED 0x00
#define LMEM_MOVEABLE 0x02
#define LMEM_NOCOMPACT 0x10
#define LMEM_NODISCARD 0x20
#define LMEM_ZEROINIT 0x40
#define LMEM_MODIFY 0x80
#define LMEM_DISCARDABLE 0x0f00
#define LMEM_VALID_FLAGS 0x0f72
#define LMEM_INVALID_HANDLE 0x8000
#define LMEM_DISCARDED 0x4000
#define NUMA_NO_PREFERRED_NODE ((DWORD)0xffffffff)

#endif
