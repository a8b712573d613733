/* libc's, with Microsoft's names; characters of wide text come along. */
#ifndef LARBOARD_CTYPE_H
#define LARBOARD_CTYPE_H
#define _INC_CTYPE

#include_next <ctype.h>
#include <corecrt.h>
#include <wctype.h>

#define __isascii(c) ((unsigned)(c) < 0x80)
#define __toascii(c) ((c) & 0x7f)
#define __iscsym(c) (isalnum((unsigned char)(c)) || (c) == '_')
#define __iscsymf(c) (isalpha((unsigned char)(c)) || (c) == '_')
#define _UPPER 0x1
#define _LOWER 0x2
#define _DIGIT 0x4
#define _SPACE 0x8
#define _PUNCT 0x10
#define _CONTROL 0x20
#define _BLANK 0x40
#define _HEX 0x80
#define _ALPHA 0x103

static inline int _isalnum_l(int c, _locale_t locale) { (void)locale; return isalnum(c); }
static inline int _isalpha_l(int c, _locale_t locale) { (void)locale; return isalpha(c); }
static inline int _isdigit_l(int c, _locale_t locale) { (void)locale; return isdigit(c); }
static inline int _isspace_l(int c, _locale_t locale) { (void)locale; return isspace(c); }
static inline int _tolower_l(int c, _locale_t locale) { (void)locale; return tolower(c); }
static inline int _toupper_l(int c, _locale_t locale) { (void)locale; return toupper(c); }

#endif
