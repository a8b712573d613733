#ifndef _WCTYPE_H
#define _WCTYPE_H 1
#define _INC_WCTYPE

#include <corecrt.h>

LARBOARD_BEGIN

/* Of the size that the C++ library expects. */
typedef unsigned long wctrans_t;

int iswalnum(wint_t c) LARBOARD_SYMBOL(iswalnum);
int iswalpha(wint_t c) LARBOARD_SYMBOL(iswalpha);
int iswblank(wint_t c) LARBOARD_SYMBOL(iswblank);
int iswcntrl(wint_t c) LARBOARD_SYMBOL(iswcntrl);
int iswdigit(wint_t c) LARBOARD_SYMBOL(iswdigit);
int iswgraph(wint_t c) LARBOARD_SYMBOL(iswgraph);
int iswlower(wint_t c) LARBOARD_SYMBOL(iswlower);
int iswprint(wint_t c) LARBOARD_SYMBOL(iswprint);
int iswpunct(wint_t c) LARBOARD_SYMBOL(iswpunct);
int iswspace(wint_t c) LARBOARD_SYMBOL(iswspace);
int iswupper(wint_t c) LARBOARD_SYMBOL(iswupper);
int iswxdigit(wint_t c) LARBOARD_SYMBOL(iswxdigit);
int iswctype(wint_t c, wctype_t type) LARBOARD_SYMBOL(iswctype);
wctype_t wctype(const char *name) LARBOARD_SYMBOL(wctype);
wint_t towlower(wint_t c) LARBOARD_SYMBOL(towlower);
wint_t towupper(wint_t c) LARBOARD_SYMBOL(towupper);
wint_t towctrans(wint_t c, wctrans_t mapping) LARBOARD_SYMBOL(towctrans);
wctrans_t wctrans(const char *name) LARBOARD_SYMBOL(wctrans);
#define iswascii(c) ((unsigned)(c) < 0x80)
#define __iswascii(c) iswascii(c)

/* Every character is what it is in every locale. */
static inline int _iswalnum_l(wint_t c, _locale_t locale) { (void)locale; return iswalnum(c); }
static inline int _iswalpha_l(wint_t c, _locale_t locale) { (void)locale; return iswalpha(c); }
static inline int _iswdigit_l(wint_t c, _locale_t locale) { (void)locale; return iswdigit(c); }
static inline int _iswspace_l(wint_t c, _locale_t locale) { (void)locale; return iswspace(c); }
static inline wint_t _towlower_l(wint_t c, _locale_t locale) { (void)locale; return towlower(c); }
static inline wint_t _towupper_l(wint_t c, _locale_t locale) { (void)locale; return towupper(c); }

LARBOARD_END

/* The C++ library's own header of this name, where it has one; libc's is done. */
#ifdef __cplusplus
#include_next <wctype.h>
#endif

#endif
