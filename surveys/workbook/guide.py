"""The first sheet of every workbook and the tables of docs/workbook.md: both are made from the list of columns."""

from collections.abc import Iterator

from surveys.workbook.columns import Column, Kind
from surveys.workbook.sheets import SHEETS

TITLE = ("Bảng khai kỳ đánh giá DDCI", "DDCI edition workbook")
ADVICE = (
    (
        "Mỗi trang tính là một phần của bộ chỉ số. Dòng 1 là mã cột: không đổi, không xóa.",
        "Each sheet is one part of the framework. Row 1 holds the column codes: do not change or delete them.",
    ),
    (
        "Cột có tiêu đề nền đậm là bắt buộc. Đưa chuột lên tiêu đề để đọc giải thích.",
        "Columns with a dark title must be filled in. Point at a title to read what it means.",
    ),
    (
        "Mã chỉ gồm chữ không dấu, số, dấu - và _; các trang nhắc đến nhau bằng mã.",
        "Codes are letters without marks, digits, - and _; the sheets refer to each other by code.",
    ),
    (
        "Ngày ghi dạng ngày/tháng/năm. Có/không ghi yes hoặc no. Tỷ lệ phần trăm ghi 85,3 thay cho 0,853.",
        "Dates are day/month/year. Yes or no is written yes, no. A share of 85.3 per cent is written 85.3, not 0.853.",
    ),
    (
        "Khi tải lên, mọi lỗi được báo cùng lúc, kèm trang, dòng và cột. Còn lỗi thì chưa có gì được lưu.",
        "On upload every fault is reported at once with sheet, row and column. While there is one, nothing is saved.",
    ),
    (
        "Các dòng in nghiêng màu xám trong mẫu là ví dụ: hãy thay bằng nội dung của tỉnh.",
        "In the template, lines in grey italics are examples: replace them with your own.",
    ),
)
HEADINGS = ("Trang / Sheet", "Cột / Column", "Bắt buộc / Required", "Cách ghi / Form", "Giải thích", "Explanation")
WEIGHT = Column(
    "weight:<block>",
    Kind.NUMBER,
    "Trọng số trong khối; mỗi khối một cột. Trống hoặc 0: không thuộc khối.",
    "Weight in that block; one column per block. Empty or 0: not part of it.",
)
FORMS = {
    Kind.TEXT: ("văn bản", "text"),
    Kind.SLUG: ("mã", "code"),
    Kind.MARK: ("mã", "code"),
    Kind.WHOLE: ("số nguyên", "whole number"),
    Kind.NUMBER: ("số", "number"),
    Kind.DATE: ("ngày", "date"),
    Kind.FLAG: ("yes / no", "yes / no"),
    Kind.CODES: ("các mã, cách nhau bằng dấu phẩy", "codes, separated by commas"),
    Kind.MARKS: ("các mã, cách nhau bằng dấu phẩy", "codes, separated by commas"),
    Kind.NUMBERS: ("các số, cách nhau bằng dấu ;", "numbers, separated by ;"),
    Kind.CONDITION: ("mã = câu trả lời", "code = answers"),
}


def form(column: Column) -> tuple[str, str]:
    """How a cell of the column is written, in Vietnamese and English."""
    if column.kind is Kind.CHOICE:
        words = " / ".join(column.choices)
        return words, words
    vi, en = FORMS[column.kind]
    if column.longest and column.kind is Kind.TEXT:
        return f"{vi}, tối đa {column.longest} ký tự", f"{en}, at most {column.longest} characters"
    return vi, en


def explained() -> Iterator[tuple[str, Column]]:
    """Every sheet's code with each of its columns."""
    for sheet in SHEETS:
        for column in (*sheet.columns, *((WEIGHT,) if sheet.weights else ())):
            yield sheet.code, column


def markdown(language: str) -> str:
    """The sheets and columns as Markdown tables in `vi` or `en`."""
    place = 0 if language == "vi" else 1
    titles = (("Cột", "Bắt buộc", "Cách ghi", "Giải thích"), ("Column", "Required", "Form", "Explanation"))[place]
    yes = ("có", "yes")[place]
    parts = []
    for sheet in SHEETS:
        lines = [
            f"### `{sheet.code}`",
            "",
            (sheet.vi, sheet.en)[place],
            "",
            f"| {' | '.join(titles)} |",
            "|---" * 4 + "|",
        ]
        for code, column in explained():
            if code == sheet.code:
                cells = (
                    f"`{column.code}`",
                    yes if column.required else "",
                    form(column)[place],
                    (column.vi, column.en)[place],
                )
                lines.append(f"| {' | '.join(cells)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
