// Standalone asio: a session for each connection that reads and writes in turn, one io_context, and as many threads that run it as workers.
#include <asio.hpp>

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <getopt.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using asio::ip::tcp;

class session : public std::enable_shared_from_this<session> {
public:
    session(tcp::socket socket, std::size_t buffer) : socket_(std::move(socket)), buffer_(buffer) {}

    void read()
    {
        auto self = shared_from_this();
        socket_.async_read_some(asio::buffer(buffer_), [this, self](std::error_code error, std::size_t count) {
            if (!error)
                write(count);
        });
    }

private:
    void write(std::size_t count)
    {
        auto self = shared_from_this();
        asio::async_write(socket_, asio::buffer(buffer_.data(), count), [this, self](std::error_code error, std::size_t) {
            if (!error)
                read();
        });
    }

    tcp::socket socket_;
    std::vector<char> buffer_;
};

static void accept(tcp::acceptor &acceptor, std::size_t buffer)
{
    acceptor.async_accept([&acceptor, buffer](std::error_code error, tcp::socket socket) {
        if (!error) {
            socket.set_option(tcp::no_delay(true));
            std::make_shared<session>(std::move(socket), buffer)->read();
        }
        accept(acceptor, buffer);
    });
}

static void pin(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) {
        std::perror("asio_echo: --pin");
        std::exit(1);
    }
}

struct options {
    int workers = 1;
    std::size_t buffer = 512;

    options(int count, char **arguments)
    {
        static const option known[] = {
            {"workers", required_argument, nullptr, 'w'},
            {"buffer", required_argument, nullptr, 'b'},
            {"pin", required_argument, nullptr, 'p'},
            {nullptr, 0, nullptr, 0},
        };
        for (int option; (option = getopt_long(count, arguments, "", known, nullptr)) != -1;) {
            switch (option) {
            case 'w': workers = std::atoi(optarg); break;
            case 'b': buffer = std::strtoul(optarg, nullptr, 10); break;
            case 'p': pin(std::atoi(optarg)); break;
            default: std::exit(2);
            }
        }
    }
};

int main(int count, char **arguments)
try {
    options chosen(count, arguments);
    // With a hint of one thread asio leaves its locks out.
    asio::io_context context(chosen.workers);
    tcp::acceptor acceptor(context);
    acceptor.open(tcp::v4());
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen(4096);
    accept(acceptor, chosen.buffer);
    std::printf("%d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);

    // The process ends with its standard input.
    std::thread([] {
        char byte;
        _exit(read(0, &byte, 1) < 0);
    }).detach();

    std::vector<std::thread> others;
    for (int i = 1; i < chosen.workers; i++)
        others.emplace_back([&context] { context.run(); });
    context.run();
} catch (const std::exception &error) {
    std::fprintf(stderr, "asio_echo: %s\n", error.what());
    return 1;
}
