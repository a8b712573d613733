//! `larboard build` and `larboard run` of projects and solutions of Visual Studio.
//! Where no Clang is installed, the tests print so and show nothing.

mod common;
#[path = "common/folder.rs"]
mod folder;

use std::process::Command;

use common::{run, text};
use folder::{Folder, cp949, has_compiler};

/// A project file as Visual Studio writes it: two configurations for two platforms, settings for `Debug|x64` and
/// `Release|x64`, and whatever else a test puts in.
struct Project<'a> {
    kind: &'a str,
    debug: &'a str,
    release: &'a str,
    items: &'a str,
}

impl Project<'_> {
    fn text(&self) -> String {
        let configuration = |name: &str, platform: &str| {
            format!(
                "<ProjectConfiguration Include=\"{name}|{platform}\"><Configuration>{name}</Configuration>\
                 <Platform>{platform}</Platform></ProjectConfiguration>\r\n"
            )
        };
        let settings = |name: &str, platform: &str, character_set: &str, compile: &str| {
            format!(
                "<PropertyGroup Condition=\"'$(Configuration)|$(Platform)'=='{name}|{platform}'\" Label=\"Configuration\">\r\n\
                 <ConfigurationType>{}</ConfigurationType><CharacterSet>{character_set}</CharacterSet>\r\n\
                 <UseDebugLibraries>{}</UseDebugLibraries></PropertyGroup>\r\n\
                 <ItemDefinitionGroup Condition=\"'$(Configuration)|$(Platform)'=='{name}|{platform}'\">\r\n\
                 <ClCompile><WarningLevel>Level3</WarningLevel>{compile}</ClCompile>\r\n\
                 <Link><SubSystem>Console</SubSystem></Link></ItemDefinitionGroup>\r\n",
                self.kind,
                name == "Debug",
            )
        };
        let mut text = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n\
             <Project DefaultTargets=\"Build\" xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\r\n\
             <ItemGroup Label=\"ProjectConfigurations\">\r\n"
            .to_owned();
        for platform in ["Win32", "x64"] {
            text += &(configuration("Debug", platform) + &configuration("Release", platform));
        }
        text += "</ItemGroup>\r\n<Import Project=\"$(VCTargetsPath)\\Microsoft.Cpp.Default.props\" />\r\n";
        text += &settings(
            "Debug",
            "Win32",
            "NotSet",
            "<PreprocessorDefinitions>WRONG</PreprocessorDefinitions>",
        );
        text += &settings("Debug", "x64", "Unicode", self.debug);
        text += &settings("Release", "x64", "MultiByte", self.release);
        text += self.items;
        text += "<Import Project=\"$(VCTargetsPath)\\Microsoft.Cpp.targets\" />\r\n</Project>\r\n";
        text
    }
}

const SERVER: Project = Project {
    kind: "Application",
    debug: "<PrecompiledHeader>Use</PrecompiledHeader><PrecompiledHeaderFile>stdafx.h</PrecompiledHeaderFile>\
            <PreprocessorDefinitions>_DEBUG;_CONSOLE;TITLE=\\\"a b\\\";%(PreprocessorDefinitions)</PreprocessorDefinitions>\
            <AdditionalIncludeDirectories>$(SolutionDir)COMMON\\;C:\\nowhere;%(AdditionalIncludeDirectories)</AdditionalIncludeDirectories>\
            <LanguageStandard>stdcpp17</LanguageStandard>\
            <ForcedIncludeFiles>forced.h</ForcedIncludeFiles>",
    release: "<PrecompiledHeader>NotUsing</PrecompiledHeader><Optimization>MaxSpeed</Optimization>\
              <PreprocessorDefinitions>NDEBUG;TITLE=\"c\"</PreprocessorDefinitions>\
              <AdditionalIncludeDirectories>..\\Common;.</AdditionalIncludeDirectories>\
              <AdditionalOptions>/std:c++20 /FI forced.h %(AdditionalOptions)</AdditionalOptions>",
    items: "<ItemGroup><ClCompile Include=\"SRC\\*.cpp\" />\r\n<ClCompile Include=\"stdafx.cpp\">\
            <PrecompiledHeader Condition=\"'$(Configuration)|$(Platform)'=='Debug|x64'\">Create</PrecompiledHeader></ClCompile>\r\n\
            <ClCompile Include=\"windows_only.cpp\"><ExcludedFromBuild>true</ExcludedFromBuild></ClCompile></ItemGroup>\r\n\
            <ItemGroup><ClInclude Include=\"stdafx.h\" /><ResourceCompile Include=\"x.rc\" /></ItemGroup>\r\n",
};

/// The sources of [`SERVER`], in a folder `Server` beside a folder `Common`.
fn server(folder: &Folder) {
    folder
        .write("Server/Server.vcxproj", SERVER.text())
        .write("Server/stdafx.h", cp949("// 미리 컴파일된 머리말\r\n#pragma once\r\n#include <windows.h>\r\n#include <stdio.h>\r\n"))
        .write("Server/stdafx.cpp", "#include \"stdafx.h\"\r\n")
        .write("Server/forced.h", "#define FORCED 5\n")
        .write("Server/windows_only.cpp", "#error not compiled\n")
        .write("Common/Value.h", "#define VALUE 3\n")
        .write(
            "Server/src/Main.cpp",
            cp949(
                "#include \"stdafx.h\"\r\n#include \"VALUE.h\"\r\n#ifdef WRONG\r\n#error of another platform\r\n#endif\r\n\
                 #ifdef _DEBUG\r\n#define KIND \"debug\"\r\n#else\r\n#define KIND \"release\"\r\n#endif\r\n\
                 int main() { FILE *file = fopen(\"settings.ini\", \"r\");\r\n\
                 printf(\"서버 %s %s %d %d %d %ld %s\\n\", KIND, TITLE, (int)sizeof(TCHAR), VALUE, FORCED, __cplusplus,\r\n\
                 file ? \"found\" : \"lost\"); return 0; }\r\n",
            ),
        )
        .write("Server/settings.ini", "");
}

#[test]
fn a_project_is_built_as_it_says() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("project");
    server(&folder);
    // The solution's folder is the project's if there is none.
    folder.write("Server/Common/value.h", "#define VALUE 4\n");
    let printed = folder.succeeds(&["run", "Server/Server.vcxproj"]);
    assert_eq!(printed, "서버 debug a b 2 4 5 201703 found\n");
    assert!(folder.path.join("Server/x64/Debug/Server").is_file());
    let printed = folder.succeeds(&["run", "Server", "--configuration", "release"]);
    assert_eq!(printed, "서버 release c 1 3 5 202002 found\n");
    folder.succeeds(&["build", "Server/Server.vcxproj", "-o", "mine"]);
    assert!(folder.path.join("mine").is_file());
    let message = folder.fails(&[
        "build",
        "Server/Server.vcxproj",
        "--configuration",
        "Shipping",
    ]);
    assert!(
        message.contains("Shipping") && message.contains("Debug, Release"),
        "{message}"
    );
}

#[test]
fn property_sheets_and_conditions_are_followed() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("sheets");
    folder
        .write(
            "Tool/tool.vcxproj",
            "<Project><Import Project=\"..\\Sheets\\Common.props\" />\
             <ItemGroup><ProjectConfiguration Include=\"Debug|x64\" /></ItemGroup>\
             <PropertyGroup><TargetName>$(ProjectName)_d</TargetName><OutDir>$(SolutionDir)bin\\</OutDir></PropertyGroup>\
             <ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>LOCAL=1;%(PreprocessorDefinitions)</PreprocessorDefinitions>\
             </ClCompile></ItemDefinitionGroup>\
             <Choose><When Condition=\"'$(Sheet)'=='yes'\"><ItemGroup><ClCompile Include=\"main.c\" /></ItemGroup></When>\
             <Otherwise><ItemGroup><ClCompile Include=\"no.c\" /></ItemGroup></Otherwise></Choose></Project>",
        )
        .write(
            "sheets/common.props",
            "<Project><PropertyGroup><Sheet>yes</Sheet></PropertyGroup><ItemDefinitionGroup><ClCompile>\
             <PreprocessorDefinitions>SHEET=2</PreprocessorDefinitions>\
             <AdditionalIncludeDirectories>$(MSBuildThisFileDirectory)</AdditionalIncludeDirectories>\
             </ClCompile></ItemDefinitionGroup></Project>",
        )
        .write(
            "Directory.Build.props",
            "<Project><ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>ROOT=4</PreprocessorDefinitions>\
             </ClCompile></ItemDefinitionGroup></Project>",
        )
        .write("sheets/sheet.h", "#define HEADER 8\n")
        .write(
            "Tool/main.c",
            "#include <stdio.h>\n#include <Sheet.h>\nint main(void) { printf(\"%d\\n\", LOCAL + SHEET + HEADER); return 0; }\n",
        );
    assert_eq!(folder.succeeds(&["run", "Tool"]), "11\n");
    assert!(folder.path.join("Tool/bin/tool_d").is_file());
}

const SOLUTION: &str = "\u{feff}\r\nMicrosoft Visual Studio Solution File, Format Version 12.00\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Echo Server\", \"Echo Server\\Echo Server.vcxproj\", \"{A}\"\r\nEndProject\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Net\", \"NET\\Net.vcxproj\", \"{B}\"\r\nEndProject\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Log\", \"Log\\Log.vcxproj\", \"{C}\"\r\nEndProject\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Plugin\", \"Plugin\\Plugin.vcxproj\", \"{D}\"\r\nEndProject\r\n\
Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = \"Broken\", \"Broken\\Broken.vcxproj\", \"{E}\"\r\nEndProject\r\n\
Project(\"{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}\") = \"Viewer\", \"Viewer\\Viewer.csproj\", \"{F}\"\r\nEndProject\r\n\
Project(\"{2150E333-8FDC-42A3-9474-1A3956D46DE8}\") = \"Docs\", \"Docs\", \"{G}\"\r\nEndProject\r\nGlobal\r\n\
GlobalSection(SolutionConfigurationPlatforms) = preSolution\r\nDebug|x64 = Debug|x64\r\nEndGlobalSection\r\n\
GlobalSection(ProjectConfigurationPlatforms) = postSolution\r\n\
{A}.Debug|x64.ActiveCfg = Debug|x64\r\n{A}.Debug|x64.Build.0 = Debug|x64\r\n\
{B}.Debug|x64.ActiveCfg = Debug|x64\r\n{B}.Debug|x64.Build.0 = Debug|x64\r\n\
{C}.Debug|x64.ActiveCfg = Release|x64\r\n{C}.Debug|x64.Build.0 = Release|x64\r\n\
{D}.Debug|x64.ActiveCfg = Debug|x64\r\n{D}.Debug|x64.Build.0 = Debug|x64\r\n\
{E}.Debug|x64.ActiveCfg = Debug|x64\r\n{E}.Debug|x64.Build.0 = Debug|x64\r\n\
{F}.Debug|x64.ActiveCfg = Debug|Any CPU\r\n{F}.Debug|x64.Build.0 = Debug|Any CPU\r\n\
EndGlobalSection\r\nEndGlobal\r\n";

fn solution(folder: &Folder) {
    let project = |kind, items| {
        Project {
            kind,
            debug: "",
            release: "",
            items,
        }
        .text()
    };
    folder
        .write("Demo.sln", SOLUTION)
        // Refers to one library, names the other in its source, and calls what the second library loads.
        .write(
            "Echo Server/Echo Server.vcxproj",
            project(
                "Application",
                "<ItemGroup><ClCompile Include=\"main.cpp\" /></ItemGroup>\
                 <ItemGroup><ProjectReference Include=\"..\\Net\\Net.vcxproj\" />\
                 <ProjectReference Include=\"..\\Plugin\\Plugin.vcxproj\" /></ItemGroup>",
            ),
        )
        .write(
            "Echo Server/main.cpp",
            "#include <windows.h>\n#include <stdio.h>\n#include \"..\\net\\net.h\"\n#pragma comment(lib, \"ws2_32.lib\")\n\
             #pragma comment(lib, \"..\\\\Library\\\\LOG.lib\")\nvoid note(const char *);\n\
             extern \"C\" __declspec(dllimport) HANDLE made_by_plugin(void);\n\
             int main() { note(name()); HANDLE event = made_by_plugin();\n\
             printf(\"%u\\n\", WaitForSingleObject(event, 0)); return 0; }\n",
        )
        .write("Net/Net.vcxproj", project("StaticLibrary", "<ItemGroup><ClCompile Include=\"net.cpp\" /></ItemGroup>"))
        .write("Net/net.h", "const char *name();\n")
        .write("Net/net.cpp", "#include \"net.h\"\nconst char *name() { return \"echo\"; }\n")
        .write("Log/Log.vcxproj", project("StaticLibrary", "<ItemGroup><ClCompile Include=\"log.cpp\" /></ItemGroup>"))
        .write(
            "Log/log.cpp",
            "#include <stdio.h>\nvoid note(const char *text) {\n#ifdef _DEBUG\nprintf(\"debug \");\n#endif\nprintf(\"%s \", text); }\n",
        )
        .write("Plugin/Plugin.vcxproj", project("DynamicLibrary", "<ItemGroup><ClCompile Include=\"plugin.cpp\" /></ItemGroup>"))
        .write(
            "Plugin/plugin.cpp",
            "#include <windows.h>\nextern \"C\" __declspec(dllexport) HANDLE made_by_plugin(void)\n\
             { return CreateEventW(NULL, TRUE, TRUE, NULL); }\n",
        )
        .write("Broken/Broken.vcxproj", project("Application", "<ItemGroup><ClCompile Include=\"broken.cpp\" /></ItemGroup>"))
        .write("Broken/broken.cpp", "int main() { return nothing; }\n")
        .write("Viewer/Viewer.csproj", "<Project />");
}

#[test]
fn a_solution_builds_its_libraries_before_its_programs() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("solution");
    solution(&folder);
    let printed = folder.succeeds(&["run", "Demo.sln", "--project", "echo server"]);
    // The handle of one part is a handle of the other: the program has one library.
    assert_eq!(printed, "echo 0\n");
    for file in [
        "x64/Debug/Echo Server",
        "x64/Debug/libNet.a",
        "x64/Release/libLog.a",
        "x64/Debug/Plugin.so",
    ] {
        assert!(folder.path.join(file).is_file(), "{file}");
    }
    let output = folder.larboard(&["run", "Echo Server/Echo Server.vcxproj"]);
    assert_eq!(text(&output.stdout), "echo 0\n", "{}", text(&output.stderr));
}

#[test]
fn one_project_that_fails_does_not_stop_the_others() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("failing");
    solution(&folder);
    let message = folder.fails(&["build", "Demo.sln"]);
    for expected in [
        "Viewer is left out: projects of the kind .csproj are not built",
        "Broken/broken.cpp:1:21: error: use of undeclared identifier 'nothing'",
        "error: Broken: one file does not compile",
        "error: not built: Broken",
    ] {
        assert!(
            message.contains(expected),
            "{expected} is not in\n{message}"
        );
    }
    let output = run(
        &mut Command::new(folder.path.join("x64/Debug/Echo Server")),
        b"",
    );
    assert_eq!(text(&output.stdout), "echo 0\n");
    let message = folder.fails(&["run", "Demo.sln"]);
    assert!(
        message.contains("--project: Echo Server, Broken"),
        "{message}"
    );
}

#[test]
fn a_folder_stands_for_the_project_in_it() {
    if !has_compiler() {
        return;
    }
    let folder = Folder::new("found");
    server(&folder);
    folder.write("Server/common/value.h", "#define VALUE 4\n");
    assert!(folder.succeeds(&["run", "."]).contains("서버 debug"));
    folder.write("Other/Other.vcxproj", SERVER.text());
    let message = folder.fails(&["run", "."]);
    assert!(
        message.contains("Other/Other.vcxproj, Server/Server.vcxproj"),
        "{message}"
    );
}

#[test]
fn projects_that_cannot_be_built_say_why() {
    let folder = Folder::new("refused");
    let with = |properties: &str| {
        format!(
            "<Project><ItemGroup><ProjectConfiguration Include=\"Debug|x64\" /></ItemGroup>\
             <PropertyGroup>{properties}</PropertyGroup><ItemGroup><ClCompile Include=\"a.cpp\" /></ItemGroup></Project>"
        )
    };
    folder
        .write("a.cpp", "int main() {}\n")
        .write("mfc.vcxproj", with("<UseOfMfc>Dynamic</UseOfMfc>"))
        .write("clr.vcxproj", with("<CLRSupport>true</CLRSupport>"))
        .write(
            "make.vcxproj",
            with("<ConfigurationType>Makefile</ConfigurationType>"),
        )
        .write("lost.vcxproj", with("").replace("a.cpp", "Src\\lost.cpp"))
        .write("empty.vcxproj", with("").replace("ClCompile", "None"))
        .write("bad.vcxproj", "<Project>")
        .write("old.vcproj", "<VisualStudioProject />");
    for (project, reason) in [
        ("mfc.vcxproj", "it uses MFC"),
        ("clr.vcxproj", ".NET"),
        ("make.vcxproj", "Makefile"),
        ("lost.vcxproj", "Src/lost.cpp is not there"),
        ("empty.vcxproj", "it has no sources"),
        ("bad.vcxproj", "bad.vcxproj"),
        ("old.vcproj", ".vcproj are not read"),
    ] {
        let message = folder.fails(&["build", project]);
        assert!(
            message.contains(reason) && message.lines().count() == 1,
            "{project}: {message}"
        );
    }
}
