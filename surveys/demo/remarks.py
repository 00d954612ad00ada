"""What simulated businesses write about a unit. Some name a person or themselves: a moderator edits those."""

from collections.abc import Mapping

PRAISE = (
    "Thủ tục gần đây nhanh hơn trước, nộp hồ sơ qua mạng rất tiện.",
    "Cán bộ một cửa hướng dẫn tận tình, dễ hiểu.",
    "Nhận kết quả sớm hơn ngày hẹn hai ngày.",
    "Đơn vị trả lời điện thoại và giải thích rõ ràng.",
    "Buổi đối thoại vừa qua rất có ích, mong được tổ chức thường xuyên.",
    "Hồ sơ chỉ phải nộp một lần, không phải bổ sung.",
    "Thái độ phục vụ tốt hơn nhiều so với các năm trước.",
    "Lớp tập huấn của đơn vị thiết thực với doanh nghiệp nhỏ.",
    "Biểu mẫu trên mạng điền nhanh, có ví dụ đi kèm.",
    "Có vướng mắc là được gọi lại trong ngày.",
)
WISHES = (
    "Mong đơn vị niêm yết rõ thời gian giải quyết từng bước.",
    "Biểu mẫu còn dài, nhiều mục trùng nhau.",
    "Cần thông báo sớm hơn khi thay đổi quy định.",
    "Nên cho nộp bổ sung giấy tờ qua mạng thay vì phải đến nơi.",
    "Đề nghị các cơ quan phối hợp để doanh nghiệp không bị kiểm tra nhiều lần trong năm.",
    "Trang thông tin của đơn vị khó tìm, nhiều văn bản đã cũ.",
    "Nên có số điện thoại hỏi đáp và người trực trong giờ hành chính.",
    "Hội nghị đối thoại nên gửi nội dung trước để doanh nghiệp chuẩn bị.",
    "Cần hướng dẫn cụ thể hơn về phòng cháy chữa cháy cho hộ kinh doanh.",
    "Đề nghị rút ngắn thời gian cấp giấy phép.",
)
COMPLAINTS = (
    "Phải đi lại bốn lần mới xong một thủ tục.",
    "Hồ sơ quá hạn nhưng không có thư xin lỗi.",
    "Mỗi lần hỏi được trả lời một kiểu khác nhau.",
    "Gọi điện nhiều lần không ai nghe máy.",
    "Bị yêu cầu thêm giấy tờ không có trong danh mục.",
    "Chờ rất lâu mới nhận được thông tin về quy hoạch.",
    "Thời gian kiểm tra kéo dài, ảnh hưởng đến sản xuất.",
    "Nộp hồ sơ qua mạng rồi vẫn phải mang bản giấy đến.",
)
# As written → as a moderator shows it. The people do not exist.
NAMING: Mapping[str, str] = {
    "Anh Nguyễn Văn A ở bộ phận một cửa rất nhiệt tình.": "Cán bộ ở bộ phận một cửa rất nhiệt tình.",
    "Chị Trần Thị B phòng cấp phép hay bắt bổ sung giấy tờ.": "Cán bộ phòng cấp phép hay bắt bổ sung giấy tờ.",
    "Ông Lê Văn C hẹn rồi không tiếp doanh nghiệp.": "Cán bộ hẹn rồi không tiếp doanh nghiệp.",
    "Công ty chúng tôi ở số 12 đường Lý Bôn chờ đã ba tháng.": "Doanh nghiệp chờ đã ba tháng.",
    "Cán bộ số điện thoại 0900 000 001 trả lời rất chậm.": "Cán bộ trả lời rất chậm qua điện thoại.",
}
# Nothing of these can be shown: they only name somebody.
ONLY_NAMING = ("Hỏi ông Phạm Văn D là biết.", "Xin gặp chị Đỗ Thị E, điện thoại 0900 000 002.")
