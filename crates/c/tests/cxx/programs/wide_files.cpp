// Wide files, conversions, regular expressions, dates, money and paths.
#include <codecvt>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <locale>
#include <regex>
#include <sstream>
#include <string>

namespace fs = std::filesystem;

static void utf8(const fs::path &folder) {
    const fs::path name = folder / L"글.txt";
    {
        std::wofstream file(name);
        file.imbue(std::locale(""));
        file << L"첫째 줄 😀 " << 12 << std::endl << L"둘째\t" << 1.25 << L"\n";
        for (int i = 0; i < 5000; ++i) file << L"글😀";
        file << L"\n끝";
    }
    {
        std::wifstream file(name);
        std::wstring line;
        while (std::getline(file, line)) std::wcout << line.size() << L':' << line.substr(0, 12) << L'\n';
    }
    {
        std::wifstream file(name);
        std::wstring one, two;
        file >> one >> two;
        file.ignore(100, L'\n');
        const long long where = file.tellg();
        std::wstring three;
        file >> three;
        std::wcout << one << two << three << L' ' << where << L'\n';
    }
    std::ifstream file(name);
    std::string line;
    std::getline(file, line);
    std::cout << line << ' ' << line.size() << std::endl;
}

static void conversions(const fs::path &folder) {
    std::wstring_convert<std::codecvt_utf8_utf16<wchar_t>> both;
    std::cout << both.to_bytes(L"변환😀") << ' ' << both.from_bytes("변환😀").size() << std::endl;
    std::wstring_convert<std::codecvt_utf8<wchar_t>> one;
    std::cout << one.to_bytes(L"변환") << ' ' << one.from_bytes("변환").size() << std::endl;
    const fs::path name = folder / "utf16";
    {
        std::ofstream file(name, std::ios::binary);
        file << std::string("\xff\xfe\x5c\xd5\x0a\x00\x41\x00", 8);
    }
    {
        std::wifstream file(name, std::ios::binary);
        file.imbue(std::locale(file.getloc(), new std::codecvt_utf16<wchar_t, 0x10ffff, (std::codecvt_mode)(std::consume_header | std::little_endian)>));
        std::wstring line, more;
        std::getline(file, line);
        std::getline(file, more);
        std::wcout << line << more << std::endl;
    }
    {
        std::wofstream file(name);
        file.imbue(std::locale(std::locale(), new std::codecvt_utf8<wchar_t, 0x10ffff, std::generate_header>));
        file << L"가";
    }
    std::wcout << fs::file_size(name) << std::endl;
}

static void expressions() {
    const std::wstring text = L"포트=9000 이름=서버";
    std::wsmatch match;
    if (std::regex_search(text, match, std::wregex(L"(\\w+)=(\\d+)"))) std::wcout << match[1].str() << L',' << match[2] << L'\n';
    std::wcout << std::regex_replace(text, std::wregex(L"서버"), L"server") << L'\n';
    std::wcout << std::regex_match(L"한글abc", std::wregex(L"[가-힣]+[[:alpha:]]*")) << std::regex_match(L"a.c", std::wregex(L"a.c")) << std::endl;
}

static void dates() {
    std::tm date = {};
    date.tm_year = 124;
    date.tm_mon = 2;
    date.tm_mday = 9;
    date.tm_hour = 7;
    date.tm_wday = 6;
    std::wcout << std::put_time(&date, L"%Y년 %m월 %d일 %H:%M:%S %A %B") << std::endl;
    std::wistringstream text(L"2024-03-09 11:12");
    std::tm read = {};
    text >> std::get_time(&read, L"%Y-%m-%d %H:%M");
    std::wcout << read.tm_year << L' ' << read.tm_mon << L' ' << read.tm_mday << L' ' << read.tm_hour << L' ' << read.tm_min << std::endl;
    std::wostringstream money;
    money << std::put_money(L"12345");
    std::wcout << money.str() << std::endl;
}

static void paths(const fs::path &folder) {
    fs::create_directories(folder / L"안" / L"속");
    std::wofstream(folder / L"안" / L"파일.txt") << L"내용";
    std::wcout << (folder / L"파일.txt").filename().wstring() << L' ' << fs::path(L"가/나.txt").extension().wstring() << std::endl;
    std::wcout << fs::file_size(folder / L"안/파일.txt") << fs::exists(folder / L"안/속") << fs::exists(folder / L"없음") << std::endl;
}

int main(int, char **argv) {
    const fs::path folder = fs::path(argv[1]) / L"한글 폴더";
    fs::create_directories(folder);
    utf8(folder);
    conversions(folder);
    expressions();
    dates();
    paths(folder);
    fs::remove_all(folder);
    return std::wcout.good() ? 0 : 1;
}
