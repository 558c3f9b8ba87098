package pgcsv_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/pgcsv"
)

// encode writes a file in many encodings: of those of one byte all characters that there are, of the others letters of the
// language (but kana in Big5, which has them in several places), and many, so that second bytes are delimiters to who takes bytes for characters.
const encode = `
import base64, json, random, unicodedata
random.seed(1)
one = "cp1250 cp1251 cp1252 cp1253 cp1254 cp1256 cp1257 cp1258 iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-9 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r cp437 cp850 cp852 cp855 cp858 cp862 cp866 mac-roman".split()
many = "shift_jis euc_jp cp949 gbk gb18030 big5".split()
out = []
for name in one + many:
    if name in one:
        chars = []
        for b in range(0xA0, 0x100):
            try:
                chars.append(bytes([b]).decode(name))
            except UnicodeDecodeError:
                pass
    else:
        chars = []
        for c in map(chr, (list(range(0x3041, 0x3094)) if name != "big5" else []) + list(range(0x4E00, 0x9FA0)) + list(range(0xAC00, 0xD7A4))):
            try:
                c.encode(name)
                chars.append(c)
            except UnicodeEncodeError:
                pass
        chars = random.sample(chars, min(len(chars), 4000))
    rows = [["a|b", "x"]]
    for i in range(0, len(chars), 7):
        rows.append(["".join(chars[i:i+4]), "".join(chars[i+4:i+7]) + random.choice(["", "|", "\n", '"'])])
    text = "".join("|".join('"' + f.replace('"', '""') + '"' if set(f) & set('|"\n') else f for f in r) + "\r\n" for r in rows)
    out.append({"name": name, "rows": rows, "file": base64.b64encode(text.encode(name)).decode()})
print(json.dumps(out))
`

// What Python writes in an encoding is read as it was, and each record's bytes are the file's own.
func TestSheetReadsEncodings(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("python3", "-c", encode).Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		Name string
		Rows [][]string
		File []byte
	}
	if err := json.Unmarshal(out, &files); err != nil {
		t.Fatal(err)
	}
	iana := strings.NewReplacer("iso8859", "ISO-8859", "mac-roman", "macintosh", "cp949", "EUC-KR")
	for _, f := range files {
		encoding, err := pgcsv.ParseEncoding(iana.Replace(f.Name))
		if err != nil {
			t.Error(err)
			continue
		}
		d := pgcsv.Dialect{Encoding: encoding, Delimiter: '|'}
		got := readSheet(iotest.OneByteReader(bytes.NewReader(f.File)), d, 0)
		if diff := cmp.Diff(f.Rows[0], got.header) + cmp.Diff(f.Rows[1:], got.texts()); diff != "" || got.err != nil {
			t.Errorf("%s: %v\n%s", f.Name, got.err, diff)
		}
		raw, offset := got.head, int64(len(got.head))
		for _, r := range got.records {
			if r.Offset != offset || len(r.Problems) > 0 {
				t.Errorf("%s: row %d begins at %d, not at %d, and has %v", f.Name, r.Row, r.Offset, offset, r.Problems)
			}
			raw, offset = raw+r.Raw, offset+int64(len(r.Raw))
		}
		if raw != string(f.File) {
			t.Errorf("%s: the records are not the file", f.Name)
		}
		if again := d.AppendFirst(nil, f.Rows[1][0]); string(again) != string(bytes.Split(f.File, []byte("\n"))[1][:len(again)-1])+"|" && !strings.Contains(f.Rows[1][0], "|") {
			t.Errorf("%s: a first field becomes %q", f.Name, again)
		}
		sniffed, _ := pgcsv.Sniff(f.File, pgcsv.Dialect{Encoding: encoding})
		if sniffed.Delimiter != '|' || sniffed.Encoding != encoding {
			t.Errorf("%s: sniffed as %+v", f.Name, sniffed)
		}
	}
}

// Bytes that are no characters of the encoding are told, at their column, and the rest is read.
func TestSheetInvalidBytes(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"windows-1253": "\xD2", "windows-1255": "\xD9", "iso-8859-7": "\xAE", "windows-1251": "\x98", "Shift_JIS": "\x81\xFF", "EUC-KR": "\xA1", "GB18030": "\x84\x31\xFF", "Big5": "\xFF", "EUC-JP": "\x8F\xA1", "gbk": "\xFF",
	} {
		encoding, err := pgcsv.ParseEncoding(name)
		if err != nil {
			t.Error(err)
			continue
		}
		file := "a,b\nx," + bad + "\ny,z\n" + bad
		got := readSheet(iotest.HalfReader(strings.NewReader(file)), pgcsv.Dialect{Encoding: encoding}, 0)
		if len(got.records) != 3 || !slices.Equal(got.records[1].texts, []string{"y", "z"}) || len(got.records[0].Problems) != 1 || got.records[0].Problems[0] != (pgcsv.Problem{Rule: pgcsv.InvalidEncoding, Column: 1}) {
			t.Errorf("%s: %+v, %v", name, got.records, got.err)
			continue
		}
		if raw := got.head + got.records[0].Raw + got.records[1].Raw + got.records[2].Raw; raw != file {
			t.Errorf("%s: %q becomes %q", name, file, raw)
		}
	}
}

func TestEncodingNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"utf8": "UTF-8", "latin1": "ISO-8859-1", "ISO_8859-1": "ISO-8859-1", "latin2": "ISO-8859-2", "cp1252": "Windows-1252", "CP1250": "windows-1250", "windows_1251": "windows-1251",
		"cp850": "IBM850", "IBM850": "IBM850", "shift-jis": "Shift_JIS", "sjis": "Shift_JIS", "macintosh": "macintosh", "Latin-9": "ISO-8859-15", "cp858": "IBM00858", "gb18030": "GB18030", "koi8-r": "KOI8-R", "l5": "ISO-8859-9",
	} {
		got, err := pgcsv.ParseEncoding(name)
		if err != nil || got.String() != want {
			t.Fatalf("%s is %v, %v, want %s", name, got, err, want)
		}
		if again, err := pgcsv.ParseEncoding(got.String()); again != got || err != nil {
			t.Errorf("%s: %v, %v", got, again, err)
		}
	}
	for _, name := range []string{"", "IBM037", "IBM1047", "ISO-2022-JP", "HZ-GB-2312", "UTF-7", "nonsense", "unknown"} {
		if got, err := pgcsv.ParseEncoding(name); err == nil {
			t.Errorf("%s is %v", name, got)
		}
	}
}
