#ifndef _MINWINDEF_
#define _MINWINDEF_

#include <larboard/linkage.h>
#include <sal.h>
#include <basetsd.h>
#include <stddef.h>
#include <stdint.h>
#include <winnt.h>

typedef int WINBOOL, BOOL, *PBOOL, *LPBOOL;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef float FLOAT, *PFLOAT;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT;
typedef int *LPLONG;
typedef void *LPVOID;
typedef const void *LPCVOID;

typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;

typedef void *HINSTANCE, *HMODULE, *HGLOBAL, *HLOCAL, *HRGN, *HRSRC, *HTASK, *HKEY, *HWINSTA;
typedef HANDLE GLOBALHANDLE, LOCALHANDLE;
typedef HKEY *PHKEY;
typedef WORD ATOM;
typedef int HFILE;

typedef INT_PTR(*FARPROC)();
typedef INT_PTR(*NEARPROC)();
typedef INT_PTR(*PROC)();

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

#define FALSE 0
#define TRUE 1
#ifndef NULL
#define NULL 0
#endif
#define MAX_PATH 260

#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif

#define FAR
#define NEAR
#define far
#define near
#define CONST const
#define pascal
#define _cdecl
#define cdecl
#define CDECL
#define CALLBACK
#define WINAPI
#define WINAPIV
#define APIENTRY
#define APIPRIVATE
#define PASCAL

#define MAKEWORD(a, b) ((WORD)(((BYTE)((DWORD_PTR)(a) & 0xff)) | ((WORD)((BYTE)((DWORD_PTR)(b) & 0xff))) << 8))
#define MAKELONG(a, b) ((LONG)(((WORD)((DWORD_PTR)(a) & 0xffff)) | ((DWORD)((WORD)((DWORD_PTR)(b) & 0xffff))) << 16))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l) & 0xffff))
#define HIWORD(l) ((WORD)((DWORD_PTR)(l) >> 16))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w) & 0xff))
#define HIBYTE(w) ((BYTE)((DWORD_PTR)(w) >> 8))

#ifndef NOMINMAX
#ifdef __cplusplus
/* Functions where Microsoft has macros: the standard library may then come after this header too. */
#include <larboard/minmax.h>
#else
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif
#endif

#endif
