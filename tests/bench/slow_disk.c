/* Makes every fsync and fdatasync take SLOW_DISK_MS milliseconds longer: preloaded into a program (LD_PRELOAD). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_a_while(void)
{
    const char *said = getenv("SLOW_DISK_MS");
    long milliseconds = said ? atol(said) : 0;
    struct timespec pause = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};

    while (milliseconds > 0 && nanosleep(&pause, &pause) != 0) {
    }
}

int fsync(int file)
{
    static int (*real)(int);

    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_a_while();
    return real(file);
}

int fdatasync(int file)
{
    static int (*real)(int);

    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_a_while();
    return real(file);
}
