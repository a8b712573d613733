/* libc's, with what Microsoft has besides. */
#ifndef LARBOARD_MALLOC_H
#define LARBOARD_MALLOC_H
#define _INC_MALLOC

#if __has_include_next(<malloc.h>)
#include_next <malloc.h>
#endif
#include <corecrt.h>

LARBOARD_BEGIN

void *_aligned_malloc(size_t size, size_t alignment);
void _aligned_free(void *memory);
void *_aligned_realloc(void *memory, size_t size, size_t alignment);
size_t _msize(void *memory);
void *_recalloc(void *memory, size_t n, size_t size);
int _heapchk(void);
int _heapmin(void);

#define _HEAPEMPTY (-1)
#define _HEAPOK (-2)
#define _HEAPBADBEGIN (-3)
#define _HEAPBADNODE (-4)
#define _HEAPEND (-5)
#define _HEAPBADPTR (-6)

/* Memory of the calling function's stack: _malloca takes what is large from the heap, which _freea frees. */
#define _alloca(size) __builtin_alloca(size)
#ifndef alloca
#define alloca(size) __builtin_alloca(size)
#endif
#define _ALLOCA_S_THRESHOLD 1024
#define _ALLOCA_S_MARKER_SIZE 16
#define _ALLOCA_S_STACK_MARKER 0xCCCC
#define _ALLOCA_S_HEAP_MARKER 0xDDDD
void *larboard_malloc(size_t size) __asm__("malloc");
void larboard_free(void *memory) __asm__("free");
static inline void *larboard_marked(void *memory, unsigned int marker) {
    if (memory) {
        *(unsigned int *)memory = marker;
        memory = (char *)memory + _ALLOCA_S_MARKER_SIZE;
    }
    return memory;
}
#define _malloca(size) ((size) <= _ALLOCA_S_THRESHOLD - _ALLOCA_S_MARKER_SIZE ? larboard_marked(__builtin_alloca((size) + _ALLOCA_S_MARKER_SIZE), _ALLOCA_S_STACK_MARKER) : larboard_marked(larboard_malloc((size) + _ALLOCA_S_MARKER_SIZE), _ALLOCA_S_HEAP_MARKER))
static inline void _freea(void *memory) {
    if (memory) {
        memory = (char *)memory - _ALLOCA_S_MARKER_SIZE;
        if (*(unsigned int *)memory == _ALLOCA_S_HEAP_MARKER) larboard_free(memory);
    }
}

LARBOARD_END

#endif
