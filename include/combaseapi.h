/* Identifiers, of what COM has: there are no objects. */
#ifndef _COMBASEAPI_H_
#define _COMBASEAPI_H_

#include <guiddef.h>
#include <windef.h>
#include <winerror.h>

typedef WCHAR OLECHAR;
typedef OLECHAR *LPOLESTR;
typedef const OLECHAR *LPCOLESTR;
#define OLESTR(text) L##text

LARBOARD_BEGIN
HRESULT WINAPI CoCreateGuid(GUID *pguid);
int WINAPI StringFromGUID2(REFGUID rguid, LPOLESTR lpsz, int cchMax);
HRESULT WINAPI CLSIDFromString(LPCOLESTR lpsz, LPCLSID pclsid);
HRESULT WINAPI IIDFromString(LPCOLESTR lpsz, LPIID lpiid);
LARBOARD_END

#endif
