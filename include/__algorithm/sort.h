/* Part of libc++: templates of wchar_t are not taken from the library. What the header itself includes comes before. */
#pragma GCC system_header
#ifndef LARBOARD_ALGORITHM_SORT_H
#define LARBOARD_ALGORITHM_SORT_H

#include <__algorithm/comp.h>
#include <__algorithm/comp_ref_type.h>
#include <__algorithm/iter_swap.h>
#include <__algorithm/iterator_operations.h>
#include <__algorithm/min_element.h>
#include <__algorithm/partial_sort.h>
#include <__algorithm/unwrap_iter.h>
#include <__assert>
#include <__bit/blsr.h>
#include <__bit/countl.h>
#include <__bit/countr.h>
#include <__config>
#include <__debug_utils/randomize_range.h>
#include <__debug_utils/strict_weak_ordering_check.h>
#include <__functional/operations.h>
#include <__functional/ranges_operations.h>
#include <__iterator/iterator_traits.h>
#include <__type_traits/conditional.h>
#include <__type_traits/disjunction.h>
#include <__type_traits/is_arithmetic.h>
#include <__type_traits/is_constant_evaluated.h>
#include <__utility/move.h>
#include <__utility/pair.h>
#include <climits>
#include <cstdint>
#pragma push_macro("_LIBCPP_REMOVE_TRANSITIVE_INCLUDES")
#define _LIBCPP_REMOVE_TRANSITIVE_INCLUDES
#define _LIBCPP_HAS_NO_WIDE_CHARACTERS
#include_next <__algorithm/sort.h>
#undef _LIBCPP_HAS_NO_WIDE_CHARACTERS
#pragma pop_macro("_LIBCPP_REMOVE_TRANSITIVE_INCLUDES")

#endif
