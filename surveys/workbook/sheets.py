"""Which sheets and columns the workbook has. Row 1 of a sheet holds the titles; they are the same in every language.

`edition` stands upright: one line per field, with its value beside it.
"""

from dataclasses import replace

from surveys.enums import (
    Direction,
    IndicatorKind,
    LineageKind,
    RespondentType,
    ScaleKind,
    Statistic,
    UnitKind,
)
from surveys.workbook.columns import Column, Kind, Sheet, choice, date, flag, mark, number, slug, text, whole

EDITION = Sheet(
    "edition",
    "Kỳ đánh giá: mỗi dòng một mục, giá trị ghi ở cột value.",
    "The edition: one line per field, its value in the column value.",
    (
        whole("year", "Năm của kỳ đánh giá.", "Year of the edition.", 2000, 2100, required=True),
        text("title_vi", "Tên kỳ đánh giá.", "Title in Vietnamese.", 200, required=True),
        text("title_en", "Tên kỳ đánh giá bằng tiếng Anh.", "Title in English.", 200, required=True),
        text("decision_vi", "Căn cứ pháp lý (quyết định, kế hoạch).", "Legal basis (decision, plan).", 300),
        text("decision_en", "Căn cứ pháp lý bằng tiếng Anh.", "Legal basis in English.", 300),
        flag(
            "is_simulated",
            "yes nếu là dữ liệu mô phỏng; mọi trang và tệp PDF sẽ ghi rõ điều này.",
            "yes for simulated data; every page and PDF then says so.",
            default=False,
        ),
        flag(
            "readers_first",
            "yes nếu các đơn vị được xem trang của mình trước khi công bố.",
            "yes if units read their own page before publication.",
            default=False,
        ),
        date("opens_on", "Ngày bắt đầu khảo sát.", "First day of the survey."),
        date("closes_on", "Ngày kết thúc khảo sát.", "Last day of the survey."),
        whole("minutes_to_answer", "Số phút dự kiến để trả lời.", "Minutes it takes to answer.", 1, 120, default=10),
        whole(
            "minimum_ratings",
            "Số lượt đánh giá tối thiểu để một đơn vị được xếp hạng.",
            "Fewest ratings for a unit to be ranked.",
            1,
            10000,
            default=30,
        ),
    ),
    upright=True,
)

BLOCKS = Sheet(
    "blocks",
    "Khối: mỗi khối là một bảng xếp hạng riêng. Thứ tự các dòng là thứ tự hiển thị.",
    "Blocks: each is a league table of its own. The order of the lines is the order shown.",
    (
        slug("code", "Mã khối, ví dụ departments.", "Code of the block, such as departments."),
        text("name_vi", "Tên khối.", "Name in Vietnamese.", 100, required=True),
        text("name_en", "Tên khối bằng tiếng Anh.", "Name in English.", 100, required=True),
    ),
)

UNITS = Sheet(
    "units",
    "Đơn vị được đánh giá và lai lịch của đơn vị. Đơn vị cũ không còn được đánh giá thì để trống cột block.",
    "Units that are rated, and where they come from. A former unit that is not rated has an empty block.",
    (
        slug("code", "Mã đơn vị, không đổi qua các năm.", "Code of the unit, the same every year."),
        choice("kind", "Loại đơn vị.", "Kind of unit.", tuple(UnitKind.values)),
        text("name_vi", "Tên đầy đủ.", "Full name in Vietnamese.", 200, required=True),
        text("name_en", "Tên đầy đủ bằng tiếng Anh.", "Full name in English.", 200, required=True),
        text("short_vi", "Tên ngắn dùng trong bảng và biểu đồ.", "Short name for tables and charts.", 60),
        text("short_en", "Tên ngắn bằng tiếng Anh.", "Short name in English.", 60),
        slug("block", "Mã khối của đơn vị (trang blocks).", "Code of its block (sheet blocks).", required=False),
        date("valid_from", "Ngày bắt đầu hoạt động.", "First day of its existence."),
        date("valid_to", "Ngày chấm dứt; trống nếu còn hoạt động.", "Last day; empty while it exists."),
        Column(
            "predecessors",
            Kind.CODES,
            "Mã các đơn vị tiền thân, cách nhau bằng dấu phẩy.",
            "Codes of the units it came from, separated by commas.",
            default=(),
            width=22,
        ),
        choice(
            "lineage",
            "Đơn vị tiền thân đã được đổi tên, sáp nhập hay chia tách.",
            "What happened to the predecessors: renamed, merged or split.",
            tuple(LineageKind.values),
            required=False,
        ),
        date("lineage_on", "Ngày đổi tên, sáp nhập hoặc chia tách.", "Day on which it happened."),
    ),
)

SCALES = Sheet(
    "scales",
    "Thang trả lời: mỗi dòng một phương án theo thứ tự hiển thị; thang số chỉ có một dòng.",
    "Answer scales: one line per option in the order shown; a number scale has a single line.",
    (
        slug("code", "Mã thang; lặp lại ở mọi dòng của thang.", "Code of the scale; repeated on each of its lines."),
        choice("kind", "Loại thang.", "Kind of scale.", tuple(ScaleKind.values)),
        whole("value", "Giá trị của phương án (số nguyên).", "Value of the option (a whole number).", 0, 1000),
        text("label_vi", "Nội dung phương án.", "Wording of the option in Vietnamese.", 100),
        text("label_en", "Nội dung phương án bằng tiếng Anh.", "Wording of the option in English.", 100),
        number("minimum", "Số nhỏ nhất được nhập (thang số).", "Smallest number accepted (number scales)."),
        number("maximum", "Số lớn nhất được nhập (thang số).", "Largest number accepted (number scales)."),
        whole("decimals", "Số chữ số thập phân (thang số).", "Decimal places (number scales).", 0, 4, default=0),
        text("measure_vi", "Đơn vị tính (thang số), ví dụ ngày.", "Unit of measure in Vietnamese (number scales).", 40),
        text("measure_en", "Đơn vị tính bằng tiếng Anh.", "Unit of measure in English.", 40),
    ),
)

SUB_INDICES = Sheet(
    "sub_indices",
    "Chỉ số thành phần và trọng số. Mỗi khối có một cột weight:<mã khối>; ô trống nghĩa là không thuộc khối đó.",
    "Sub-indices and weights. Each block has a column weight:<block>; an empty cell: not part of that block.",
    (
        slug("code", "Mã chỉ số thành phần.", "Code of the sub-index."),
        text("name_vi", "Tên chỉ số thành phần.", "Name in Vietnamese.", 100, required=True),
        text("name_en", "Tên bằng tiếng Anh.", "Name in English.", 100, required=True),
        text("meaning_vi", "Ý nghĩa, trong một câu.", "What it means, in one sentence.", 300),
        text("meaning_en", "Ý nghĩa bằng tiếng Anh.", "What it means, in English.", 300),
    ),
    weights=True,
)

QUESTIONS = Sheet(
    "questions",
    "Câu hỏi về một đơn vị, theo thứ tự hỏi trong từng chỉ số thành phần.",
    "Questions about a unit, in the order in which they are asked within each sub-index.",
    (
        mark("code", "Mã câu hỏi.", "Code of the question."),
        slug("sub_index", "Mã chỉ số thành phần.", "Code of its sub-index."),
        Column(
            "blocks",
            Kind.CODES,
            "Mã các khối được hỏi, cách nhau bằng dấu phẩy; trống: mọi khối của chỉ số thành phần.",
            "Blocks in which it is asked, separated by commas; empty: all blocks of its sub-index.",
            default=(),
            width=24,
        ),
        slug("scale", "Mã thang trả lời.", "Code of its answer scale."),
        text("text_vi", "Nội dung câu hỏi.", "The question in Vietnamese.", 400, required=True),
        text("text_en", "Nội dung bằng tiếng Anh.", "The question in English.", 400, required=True),
        text("help_vi", "Giải thích thêm dưới câu hỏi.", "Explanation below the question.", 400),
        text("help_en", "Giải thích thêm bằng tiếng Anh.", "Explanation in English.", 400),
        flag(
            "not_applicable",
            "Có phương án “không áp dụng” hay không.",
            "Offers “not applicable” or not.",
            default=True,
        ),
        flag("dont_know", "Có phương án “không biết” hay không.", "Offers “don't know” or not.", default=True),
        Column(
            "shown_if",
            Kind.CONDITION,
            "Chỉ hỏi khi câu trước có câu trả lời này, ví dụ KC1 = 3, 4.",
            "Asked only after one of these answers to an earlier question, such as KC1 = 3, 4.",
            width=16,
        ),
    ),
)

INDICATORS = Sheet(
    "indicators",
    "Chỉ tiêu: mỗi chỉ tiêu là một con số đo được cho từng đơn vị.",
    "Indicators: each is one measured number per unit.",
    (
        mark("code", "Mã chỉ tiêu.", "Code of the indicator."),
        slug("sub_index", "Mã chỉ số thành phần.", "Code of its sub-index."),
        Column(
            "blocks",
            Kind.CODES,
            "Mã các khối áp dụng, cách nhau bằng dấu phẩy; trống: mọi khối của chỉ số thành phần.",
            "Blocks in which it counts, separated by commas; empty: all blocks of its sub-index.",
            default=(),
            width=24,
        ),
        text("name_vi", "Tên chỉ tiêu.", "Name in Vietnamese.", 300, required=True),
        text("name_en", "Tên chỉ tiêu bằng tiếng Anh.", "Name in English.", 300, required=True),
        choice(
            "kind",
            "soft: từ khảo sát; hard: từ hồ sơ hành chính.",
            "soft: from the survey; hard: from records.",
            tuple(IndicatorKind.values),
        ),
        choice(
            "direction",
            "positive: càng cao càng tốt; negative: càng thấp càng tốt.",
            "positive: higher is better; negative: lower is better.",
            tuple(Direction.values),
        ),
        text("group", "Nhóm trong chỉ số thành phần (nếu có).", "Group within the sub-index, if any.", 60),
        number(
            "weight",
            "Trọng số trong chỉ số thành phần hoặc nhóm.",
            "Weight in the sub-index or group.",
            low=0.0001,
            high=9999,
            default=1.0,
        ),
        choice(
            "statistic",
            "mean: trung bình; share: tỷ lệ; median: trung vị; value: số liệu hành chính.",
            "mean, share, median, or value for records.",
            tuple(Statistic.values),
        ),
        mark("question", "Mã câu hỏi (chỉ tiêu khảo sát).", "Code of its question (soft indicators).", required=False),
        Column(
            "share_of",
            Kind.NUMBERS,
            "Các câu trả lời được tính vào tỷ lệ, ví dụ 3; 4.",
            "Answers that count for the share, such as 3; 4.",
            default=(),
            width=12,
        ),
        text("measure_vi", "Đơn vị tính, ví dụ %.", "Unit of measure in Vietnamese.", 40),
        text("measure_en", "Đơn vị tính bằng tiếng Anh.", "Unit of measure in English.", 40),
        number(
            "scale_low",
            "Giá trị thấp nhất có thể có; trống: theo thang trả lời.",
            "Lowest possible value; empty: from the answer scale.",
        ),
        number(
            "scale_high",
            "Giá trị cao nhất có thể có; trống: theo thang trả lời.",
            "Highest possible value; empty: from the answer scale.",
        ),
        whole(
            "minimum_n",
            "Số câu trả lời hoặc hồ sơ tối thiểu.",
            "Fewest valid answers or dossiers.",
            1,
            10000,
            default=5,
        ),
        text("basis", "Nguồn của chỉ tiêu.", "Where the indicator comes from.", 300),
        Column(
            "counted",
            Kind.CODES,
            "Chỉ tiêu hard tính từ số hồ sơ: các số được cộng rồi chia cho số đã giải quyết, ví dụ early, on_time.",
            "Hard indicators counted from dossiers: the counts added up and divided by those handled, such as"
            " early, on_time.",
            default=(),
            width=18,
        ),
        Column(
            "related",
            Kind.MARKS,
            "Chỉ tiêu hard: mã các chỉ tiêu khảo sát về cùng việc để đối chiếu; trống: cùng chỉ số thành phần.",
            "Hard indicators: survey indicators about the same matter, to compare with; empty: all of its sub-index.",
            default=(),
            width=18,
        ),
    ),
)

PROFILE = Sheet(
    "profile",
    "Câu hỏi về doanh nghiệp: mỗi dòng một phương án. Bắt buộc có câu hỏi type (loại hình).",
    "Questions about the respondent: one line per option. The question type must exist.",
    (
        slug("code", "Mã câu hỏi; lặp lại ở mọi dòng.", "Code of the question; repeated on each of its lines."),
        text("text_vi", "Nội dung câu hỏi (ghi ở dòng đầu).", "The question (on its first line).", 300),
        text("text_en", "Nội dung bằng tiếng Anh.", "The question in English (on its first line).", 300),
        slug("option", "Mã phương án.", "Code of the option."),
        text("option_vi", "Nội dung phương án.", "Wording of the option in Vietnamese.", 200, required=True),
        text(
            "option_en", "Nội dung phương án bằng tiếng Anh.", "Wording of the option in English.", 200, required=True
        ),
    ),
)

ELIGIBILITY = Sheet(
    "eligibility",
    "Mỗi loại hình doanh nghiệp được đánh giá bao nhiêu đơn vị của mỗi khối.",
    "How many units of each block each type of respondent rates.",
    (
        slug("block", "Mã khối.", "Code of the block."),
        choice("respondent_type", "Loại hình (câu hỏi type).", "Type of respondent.", tuple(RespondentType.values)),
        whole("min_units", "Ít nhất.", "At least.", 0, 200, default=0),
        whole("max_units", "Nhiều nhất.", "At most.", 0, 200, required=True),
    ),
)

MARGINS = Sheet(
    "margins",
    "Số doanh nghiệp trong danh sách tổng thể theo từng phương án (dùng để tính trọng số). Có thể để trống.",
    "Businesses in the population by option (for weights). May stay empty.",
    (
        slug("field", "Mã câu hỏi (trang profile).", "Code of the profile question."),
        slug("option", "Mã phương án.", "Code of the option."),
        whole("count", "Số doanh nghiệp.", "Number of businesses.", 0, 100_000_000, required=True),
    ),
    may_be_empty=True,
)

HARD_DATA = Sheet(
    "hard_data",
    "Số liệu cứng từ hồ sơ hành chính, có nguồn và thời kỳ. Có thể để trống.",
    "Hard data from administrative records, with source and period. May stay empty.",
    (
        slug("unit", "Mã đơn vị.", "Code of the unit."),
        mark("indicator", "Mã chỉ tiêu loại hard.", "Code of a hard indicator."),
        number("value", "Giá trị; trống nếu tính từ số hồ sơ.", "Value; empty if it is counted from dossiers."),
        whole("dossiers", "Số hồ sơ (nếu có).", "Number of dossiers, if counted.", 0, 100_000_000),
        text("period", "Thời kỳ: 2024, Q1/2024, 09/2024.", "Period: 2024, Q1/2024, 09/2024.", 60, required=True),
        text("source_vi", "Nguồn số liệu.", "Source in Vietnamese.", 300, required=True),
        text("source_en", "Nguồn bằng tiếng Anh.", "Source in English.", 300),
        whole("handled", "Số hồ sơ đã giải quyết.", "Dossiers handled.", 0, 100_000_000),
        whole("early", "Trong đó trước hạn.", "Of these early.", 0, 100_000_000),
        whole("on_time", "Trong đó đúng hạn.", "Of these on time.", 0, 100_000_000),
        whole("late", "Trong đó quá hạn.", "Of these late.", 0, 100_000_000),
        text("document", "Số, tên văn bản làm căn cứ (công bố).", "Document it rests on (published).", 200),
    ),
    may_be_empty=True,
)

# The workbook of records alone, for editions that have opened: values come in until the data are frozen.
RECORDS = Sheet(
    "records",
    "Số liệu cứng của kỳ đánh giá: mỗi dòng một đơn vị và một chỉ tiêu. Dòng không có số được bỏ qua.",
    "Hard data of the edition: one line per unit and indicator. Lines without a number are left out.",
    (
        *HARD_DATA.columns[:2],
        text("unit_name", "Tên đơn vị (chỉ để đọc).", "Name of the unit (not read).", 300),
        text("indicator_name", "Tên chỉ tiêu (chỉ để đọc).", "Name of the indicator (not read).", 300),
        *HARD_DATA.columns[2:4],
        replace(HARD_DATA.column("period"), required=False),
        replace(HARD_DATA.column("source_vi"), required=False),
        *HARD_DATA.columns[6:],
    ),
)

SHEETS: tuple[Sheet, ...] = (
    EDITION, BLOCKS, UNITS, SUB_INDICES, SCALES, QUESTIONS, INDICATORS, PROFILE, ELIGIBILITY, MARGINS, HARD_DATA,
)  # fmt: skip
GUIDE = "Hướng dẫn - Read me"
