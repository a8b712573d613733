/* Part of libc++: templates of wchar_t are not taken from the library. What the header itself includes comes before. */
#pragma GCC system_header
#ifndef LARBOARD_OSTREAM_BASIC_OSTREAM_H
#define LARBOARD_OSTREAM_BASIC_OSTREAM_H

#include <__config>
#include <__exception/operations.h>
#include <__memory/shared_ptr.h>
#include <__memory/unique_ptr.h>
#include <__system_error/error_code.h>
#include <__type_traits/conjunction.h>
#include <__type_traits/enable_if.h>
#include <__type_traits/is_base_of.h>
#include <__type_traits/void_t.h>
#include <__utility/declval.h>
#include <bitset>
#include <cstddef>
#include <ios>
#include <locale>
#include <new>
#include <streambuf>
#include <string_view>
#pragma push_macro("_LIBCPP_REMOVE_TRANSITIVE_INCLUDES")
#define _LIBCPP_REMOVE_TRANSITIVE_INCLUDES
#define _LIBCPP_HAS_NO_WIDE_CHARACTERS
#include_next <__ostream/basic_ostream.h>
#undef _LIBCPP_HAS_NO_WIDE_CHARACTERS
#pragma pop_macro("_LIBCPP_REMOVE_TRANSITIVE_INCLUDES")

#endif
