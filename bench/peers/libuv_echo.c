/* libuv: one loop. Each read is answered with uv_try_write; what the peer does not take at once is written with uv_write. */
#define _GNU_SOURCE
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

/* Bytes of one read. All connections share the buffer: it is free again when the read has been answered. */
static size_t buffer_size = 512;
static char *buffer;

/* What the peer has not taken yet. */
struct rest {
    uv_write_t request;
    char bytes[];
};

static void fail(const char *what, int error)
{
    fprintf(stderr, "libuv_echo: %s: %s\n", what, uv_strerror(error));
    exit(1);
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        fail("memory", UV_ENOMEM);
    return memory;
}

static void closed(uv_handle_t *client)
{
    free(client);
}

static void give_buffer(uv_handle_t *client, size_t suggested, uv_buf_t *out)
{
    (void)client;
    (void)suggested;
    *out = uv_buf_init(buffer, (unsigned)buffer_size);
}

static void received(uv_stream_t *client, ssize_t count, const uv_buf_t *data);

static void written(uv_write_t *request, int status)
{
    uv_stream_t *client = request->handle;
    free(request->data);
    if (uv_is_closing((uv_handle_t *)client))
        return;
    if (status < 0 || uv_read_start(client, give_buffer, received) < 0)
        uv_close((uv_handle_t *)client, closed);
}

/* Nothing more is read until these bytes are written: their number stays bounded. */
static int write_later(uv_stream_t *client, const char *bytes, size_t count)
{
    struct rest *rest = allocate(sizeof *rest + count);
    memcpy(rest->bytes, bytes, count);
    rest->request.data = rest;
    uv_read_stop(client);
    uv_buf_t data = uv_buf_init(rest->bytes, (unsigned)count);
    int error = uv_write(&rest->request, client, &data, 1, written);
    if (error < 0)
        free(rest);
    return error;
}

static void received(uv_stream_t *client, ssize_t count, const uv_buf_t *data)
{
    if (count == 0)
        return;
    int error = 0;
    if (count > 0) {
        uv_buf_t echo = uv_buf_init(data->base, (unsigned)count);
        int sent = uv_try_write(client, &echo, 1);
        if (sent == UV_EAGAIN)
            sent = 0;
        if (sent < 0)
            error = sent;
        else if (sent < count)
            error = write_later(client, data->base + sent, (size_t)(count - sent));
    }
    if (count < 0 || error < 0)
        uv_close((uv_handle_t *)client, closed);
}

static void connected(uv_stream_t *listener, int status)
{
    if (status < 0)
        fail("accept", status);
    uv_tcp_t *client = allocate(sizeof *client);
    uv_tcp_init(listener->loop, client);
    if (uv_accept(listener, (uv_stream_t *)client) < 0 || uv_tcp_nodelay(client, 1) < 0 ||
        uv_read_start((uv_stream_t *)client, give_buffer, received) < 0)
        uv_close((uv_handle_t *)client, closed);
}

/* The process ends with its standard input. */
static void *watch_input(void *unused)
{
    char byte;
    (void)unused;
    if (read(0, &byte, 1) >= 0)
        _exit(0);
    _exit(1);
}

static void pin(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) {
        perror("libuv_echo: --pin");
        exit(1);
    }
}

static void read_options(int count, char **arguments)
{
    static const struct option known[] = {
        {"workers", required_argument, NULL, 'w'},
        {"buffer", required_argument, NULL, 'b'},
        {"pin", required_argument, NULL, 'p'},
        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        if (option == 'b')
            buffer_size = strtoul(optarg, NULL, 10);
        else if (option == 'p')
            pin(atoi(optarg));
        else if (option != 'w' || strcmp(optarg, "1") != 0) {
            fprintf(stderr, "libuv_echo: this server has one worker\n");
            exit(2);
        }
    }
}

int main(int count, char **arguments)
{
    read_options(count, arguments);
    buffer = allocate(buffer_size);

    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address;
    int size = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listener);
    int error = uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0);
    if (error == 0)
        error = uv_listen((uv_stream_t *)&listener, 4096, connected);
    if (error == 0)
        error = uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size);
    if (error < 0)
        fail("listen", error);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    uv_thread_t watcher;
    uv_thread_create(&watcher, (uv_thread_cb)(void (*)(void))watch_input, NULL);
    return uv_run(loop, UV_RUN_DEFAULT);
}
