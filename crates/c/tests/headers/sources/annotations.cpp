// Old annotations, before and after the standard library's headers, which use some of their names.
#include <windows.h>
DWORD WINAPI worker(__in LPVOID parameter, __out_opt DWORD *written, __in_opt int first, __out int *second);
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <locale>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

_Success_(return != 0) BOOL read(_In_reads_bytes_(n) const void *from, _In_ size_t n, _Out_writes_opt_(n) char *to, _Inout_ int *place);

int sum(__in const std::vector<int> &values, __inout int &total) {
    std::vector<int> copy(values.size());
    std::copy(values.begin(), values.end(), copy.begin());
    std::tuple<int, long> pair = std::tuple<short, int>(1, 2);
    std::cout << std::this_thread::get_id() << std::get<0>(pair);
    std::regex_replace(std::string("a"), std::regex("a"), "b");
    return total + copy[0];
}
