/* Lets megatools talk to the test server: it pins the key of MEGA's own API, so the pin is dropped and MEGA_TEST_CA trusted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>

enum { PINNED_PUBLIC_KEY = 10230, CA_FILE = 10065 };

typedef int (*setopt_function)(void *handle, int option, ...);

int curl_easy_setopt(void *handle, int option, ...)
{
    static setopt_function real;
    if (!real)
        real = (setopt_function)dlsym(RTLD_NEXT, "curl_easy_setopt");
    va_list list;
    va_start(list, option);
    void *value = va_arg(list, void *);
    va_end(list);
    if (option == PINNED_PUBLIC_KEY)
        return real(handle, CA_FILE, getenv("MEGA_TEST_CA"));
    return real(handle, option, value);
}
