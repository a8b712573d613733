// Wide streams, strings and locales, mixed with the narrow ones and with printf and wprintf on one stream.
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <unordered_map>

static const std::wstring greeting = (std::wcout << L"before main" << std::endl, L"안녕");

struct Apostrophe : std::numpunct<wchar_t> {
    wchar_t do_thousands_sep() const override { return L'\''; }
    std::string do_grouping() const override { return "\2"; }
};

static void mixed() {
    std::printf("one ");
    std::wcout << L"두 " << 3 << L' ' << 2.5 << L' ' << true << std::boolalpha << true << std::noboolalpha << L" 0x" << std::hex << 255 << std::dec;
    std::cout << " four ";
    std::wprintf(L"%s %d", L"다섯", 6);
    std::cout << " seven" << std::endl;
    std::wcout << std::setw(8) << std::setfill(L'*') << 42 << std::setfill(L' ') << L" \U0001F600 " << "narrow 한글 " << 'c' << std::endl;
    std::wcerr << L"error 한" << std::endl;
    std::wclog << L"log 글" << std::endl;
}

static void strings() {
    const std::wstring number = std::to_wstring(1234);
    std::wcout << number << L' ' << std::stoi(L"77") + std::stoi(number) << L' ' << std::to_wstring(1.5) << L' ' << std::stod(L"2.25") << L'\n';
    std::wstringstream stream;
    stream << L"이름 " << 17 << L' ' << 1e10;
    std::wstring name;
    int whole;
    double fraction;
    stream >> name >> whole >> fraction;
    std::wcout << name << whole << L',' << fraction << L'\n';
    std::map<std::wstring, int> sorted;
    sorted[L"나"] = 2;
    sorted[L"가"] = 1;
    for (const auto &pair : sorted) std::wcout << pair.first << L'=' << pair.second << L';';
    std::unordered_map<std::wstring, int> hashed;
    hashed[L"가"] = 3;
    std::wcout << hashed[L"가"] << greeting << std::endl;
    wchar_t buffer[10];
    std::wistringstream lines(L"ab한\ncd");
    lines.getline(buffer, 10);
    std::wcout << buffer << lines.gcount() << lines.rdbuf() << std::endl;
}

static void locales() {
    std::wcout.imbue(std::locale("korean"));
    std::wcout << 1234567 << L' ';
    std::wcout.imbue(std::locale(std::locale::classic(), new Apostrophe));
    std::wcout << 123456 << L' ';
    std::wcout.imbue(std::locale::classic());
    std::wcout << 1234567 << std::endl;
    std::locale::global(std::locale("Korean_Korea.949"));
    std::stringstream narrow;
    narrow << 9000 << ' ' << 1.5;
    std::wstringstream wide;
    wide << 9000 << L' ' << 1.5;
    std::cout << narrow.str() << std::endl;
    std::wcout << wide.str() << std::endl;
    std::locale::global(std::locale("C"));
    for (const char *name : {"", "kor", "ko-KR", ".UTF8", ".949", "no such name"}) std::locale here(name);
    std::wcout << std::isalpha(L'한', std::locale()) << std::isdigit(L'한', std::locale()) << std::toupper(L'q', std::locale()) << std::endl;
}

static void input() {
    std::wstring word, line;
    std::wcin >> word;
    std::getline(std::wcin, line);
    std::getline(std::wcin, line);
    std::wcout << word << L'|' << line << L'|' << word.size() << std::endl;
    std::string narrow;
    int number;
    std::cin >> narrow;
    std::wcin >> number;
    std::cout << narrow << ' ' << number << std::endl;
    std::wcin >> word;
    std::wcout << std::wcin.eof() << std::wcin.fail() << std::endl;
}

int main() {
    mixed();
    strings();
    locales();
    input();
    return std::wcout.good() ? 0 : 1;
}
