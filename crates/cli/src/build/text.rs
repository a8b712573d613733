//! Text in whatever encoding it was written: UTF-8, UTF-16, and the code pages of East Asian Windows.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

/// What a file's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The compiler can read it as it is: UTF-8, with or without a byte order mark.
    Plain,
    /// It has to be converted.
    Encoded(&'static Encoding),
}

/// Decides for the files of one project: who wrote one file in a code page wrote the others in the same.
pub struct Judge {
    /// What the user has said.
    pub forced: Option<&'static Encoding>,
    common: Option<&'static Encoding>,
    detector: Option<EncodingDetector>,
}

impl Judge {
    /// A judge who knows no file yet. With `forced`, whatever is neither UTF-8 nor UTF-16 is in that encoding.
    pub fn new(forced: Option<&'static Encoding>) -> Self {
        Self {
            forced,
            common: None,
            detector: None,
        }
    }

    /// Shows the judge a file of the project.
    pub fn look(&mut self, bytes: &[u8]) {
        if self.forced.is_none() && unicode(bytes).is_none() {
            self.detector
                .get_or_insert_with(|| EncodingDetector::new(Iso2022JpDetection::Deny))
                .feed(bytes, false);
            self.common = None;
        }
    }

    /// What a file is.
    pub fn kind(&mut self, bytes: &[u8]) -> Kind {
        if let Some(kind) = unicode(bytes) {
            return kind;
        }
        if let Some(forced) = self.forced {
            return Kind::Encoded(forced);
        }
        let common = self.common();
        if is_clean(common, bytes) {
            return Kind::Encoded(common);
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(bytes, true);
        let own = guess(&detector);
        let others = [EUC_KR, GBK, SHIFT_JIS, BIG5];
        let clean = [own]
            .into_iter()
            .chain(others)
            .find(|encoding| is_clean(encoding, bytes));
        Kind::Encoded(clean.unwrap_or(WINDOWS_1252))
    }

    fn common(&mut self) -> &'static Encoding {
        if let Some(common) = self.common {
            return common;
        }
        let found = self.detector.as_ref().map_or(WINDOWS_1252, guess);
        self.common.insert(found)
    }
}

/// What a file is, judged by itself alone.
pub fn alone(bytes: &[u8], forced: Option<&'static Encoding>) -> Kind {
    let mut judge = Judge::new(forced);
    judge.look(bytes);
    judge.kind(bytes)
}

/// The text of a file, for whoever only looks into it.
pub fn decode(kind: Kind, bytes: &[u8]) -> String {
    let encoding = match kind {
        Kind::Plain => UTF_8,
        Kind::Encoded(encoding) => encoding,
    };
    // A byte order mark wins, and is taken away; some files have two.
    let text = encoding.decode(bytes).0;
    text.trim_start_matches('\u{feff}').to_owned()
}

/// The encoding of a name that users give: `cp949`, `euc-kr`, `gbk`, `shift-jis`, `utf-16le` …
pub fn by_name(name: &str) -> Result<&'static Encoding, String> {
    let name = name.to_ascii_lowercase();
    let label = match name.as_str() {
        "cp949" | "949" | "uhc" => "euc-kr",
        "cp936" | "936" => "gbk",
        "cp932" | "932" => "shift_jis",
        "cp950" | "950" => "big5",
        "cp1252" | "1252" | "latin1" => "windows-1252",
        other => other,
    };
    Encoding::for_label(label.as_bytes())
        .ok_or_else(|| "give an encoding such as cp949, gbk, shift-jis or utf-16le".to_owned())
}

/// Whether the bytes are Unicode by themselves.
fn unicode(bytes: &[u8]) -> Option<Kind> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding == UTF_8 => return Some(Kind::Plain),
        Some((encoding, _)) => return Some(Kind::Encoded(encoding)),
        None => {}
    }
    if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) {
        return Some(Kind::Plain);
    }
    without_mark(bytes).map(Kind::Encoded)
}

/// UTF-16 without a byte order mark shows by its zeros: every source has line ends and blanks.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |first: usize| {
        bytes
            .iter()
            .skip(first)
            .step_by(2)
            .filter(|byte| **byte == 0)
    };
    let (even, odd) = (zeros(0).count(), zeros(1).count());
    match (even * 4 > bytes.len() / 2, odd * 4 > bytes.len() / 2) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

fn guess(detector: &EncodingDetector) -> &'static Encoding {
    let found = detector.guess(None, Utf8Detection::Deny);
    match found == GB18030 {
        true => GBK,
        false => found,
    }
}

fn is_clean(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(bytes: &[u8]) -> Kind {
        let mut judge = Judge::new(None);
        judge.look(bytes);
        judge.kind(bytes)
    }

    #[test]
    fn unicode_is_known_by_itself() {
        assert_eq!(judge("// 서버\n".as_bytes()), Kind::Plain);
        assert_eq!(judge("\u{feff}// 서버\n".as_bytes()), Kind::Plain);
        let wide: Vec<u8> = "int x; // 서버\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(judge(&wide), Kind::Encoded(UTF_16LE));
        let marked = [&[0xFF, 0xFE], wide.as_slice()].concat();
        assert_eq!(judge(&marked), Kind::Encoded(UTF_16LE));
        assert_eq!(decode(judge(&marked), &marked), "int x; // 서버\r\n");
        let big: Vec<u8> = "int x;\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(judge(&big), Kind::Encoded(UTF_16BE));
    }

    #[test]
    fn code_pages_are_told_apart() {
        let cases = [
            (EUC_KR, "// 서버"),
            (
                EUC_KR,
                "printf(\"[TCP 서버] 클라이언트 접속: IP 주소=%s, 포트 번호=%d\\n\");",
            ),
            (EUC_KR, "// 똠방각하 펲시콜라"),
            (
                GBK,
                "// 创建一个完成端口，并且等待客户端的连接\n// 服务器启动失败",
            ),
            (
                SHIFT_JIS,
                "// サーバーを起動する\n// クライアントの接続を待つ",
            ),
        ];
        for (encoding, text) in cases {
            let bytes = encoding.encode(text).0;
            assert_eq!(judge(&bytes), Kind::Encoded(encoding), "{text}");
            assert_eq!(decode(judge(&bytes), &bytes), text);
        }
    }

    #[test]
    fn the_project_decides_for_its_shortest_files() {
        let long = GBK
            .encode("// 创建一个完成端口，并且等待客户端的连接，服务器启动失败")
            .0;
        let short = GBK.encode("// 端口").0;
        let mut judge = Judge::new(None);
        judge.look(&short);
        judge.look(&long);
        assert_eq!(judge.kind(&short), Kind::Encoded(GBK));
        let korean = EUC_KR.encode("// 서버").0;
        assert_eq!(
            Judge::new(Some(EUC_KR)).kind(&korean),
            Kind::Encoded(EUC_KR)
        );
    }

    #[test]
    fn what_is_nothing_else_is_western() {
        assert_eq!(
            judge(b"// caf\xE9, d\xE9j\xE0 vu, na\xEFve\n"),
            Kind::Encoded(WINDOWS_1252)
        );
    }

    #[test]
    fn encodings_have_the_names_that_windows_gives_them() {
        assert_eq!(by_name("CP949"), Ok(EUC_KR));
        assert_eq!(by_name("Shift-JIS"), Ok(SHIFT_JIS));
        assert!(by_name("ebcdic").unwrap_err().contains("cp949"));
    }
}
