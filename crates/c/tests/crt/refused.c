/* Without a handler an invalid parameter ends the process. */
#include <stdio.h>
#include <string.h>

int main(void) {
    char text[4];
    puts("before");
    fflush(stdout);
    strcpy_s(text, sizeof(text), "too long");
    puts("behind");
    return 0;
}
