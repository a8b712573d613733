// std::format of wide text.
#include <chrono>
#include <format>
#include <iostream>
#include <string>
#include <tchar.h>
#include <windows.h>

int _tmain(int argc, TCHAR *argv[]) {
    std::wcout << argc << std::format(L" {} {} {:>6} {:.2f} {:#x} 한글 {} {}", argv[1], argv[2], L"이름", 2.5, 255, true, std::wstring(L"끝")) << std::endl;
    std::cout << std::format("{} {:08.3f} 한글 {}", "narrow", 3.14159, 'c') << std::endl;
    std::wstring text;
    std::format_to(std::back_inserter(text), L"{:L}|{:*^7}", 1234567, L"가");
    std::wcout << text << std::format(std::locale("korean"), L" {:L}", 1234567) << std::endl;
    std::wcout << std::format(L"{:%Y-%m-%d %A}", std::chrono::sys_days(std::chrono::year(2024) / 3 / 9)) << std::endl;
    return 7;
}
