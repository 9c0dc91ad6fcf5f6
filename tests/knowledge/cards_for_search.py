"""A dozen small cards, made by hand, for the tests of the search."""

from datetime import date

from knowledge.card import Card, Where


def card(topic: str, name: str, title: str, *questions: str, **more: object) -> Card:
    """A card with only what the search reads; `name` is the id."""
    return Card.model_construct(
        None,
        id=name,
        topic=topic,
        title=title,
        questions=questions,
        **{
            "short": more.pop("short", title + "."),
            **dict.fromkeys(("time", "fee"), "Có ghi."),
            **dict.fromkeys(
                ("conditions", "papers", "steps", "benefit_notes", "law"), ("Có ghi.",)
            ),
            "who": more.pop("who", "Người đủ điều kiện."),
            "where": Where(duties=("commune-decision",)),
            "in_force_from": date(2026, 1, 1),
            **more,
        },
    )


CARDS: tuple[Card, ...] = (
    card(
        "loan",
        "loan-poor-household",
        "Cho vay hộ nghèo",
        "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm",
        "vay vốn hộ nghèo",
        "nhà tui có sổ hộ nghèo, muốn mượn tiền ngân hàng chính sách mua bò thì mượn được nhiêu",
        "lai suat vay ho ngheo bay gio la bao nhieu",
        "tui nghèo quá muốn vay vốn làm ăn",
        group="loan-household",
        related=("loan-near-poor-household",),
    ),
    card(
        "loan",
        "loan-near-poor-household",
        "Cho vay hộ cận nghèo",
        "hộ cận nghèo vay được bao nhiêu",
        "lãi suất vay hộ cận nghèo",
        "cận nghèo có được vay ngân hàng chính sách không",
        "nhà tui diện cận nghèo muốn vay vốn nuôi heo",
        group="loan-household",
        related=("loan-poor-household",),
    ),
    card(
        "loan",
        "loan-student",
        "Cho vay học sinh, sinh viên",
        "sinh viên được vay mỗi tháng bao nhiêu",
        "con tui học đại học muốn vay tiền đóng học phí",
        "vay vốn sinh viên ngân hàng chính sách",
        group="loan-student",
    ),
    card(
        "loan",
        "loan-extension",
        "Gia hạn nợ vay",
        "khó khăn quá xin gia hạn nợ",
        "chưa có tiền trả nợ ngân hàng thì xin hoãn được không",
        "thủ tục gia hạn nợ ngân hàng chính sách",
    ),
    card(
        "health",
        "health-poor-card",
        "Thẻ bảo hiểm y tế của người hộ nghèo",
        "hộ nghèo có được cấp thẻ bảo hiểm y tế miễn phí không",
        "nhà nghèo có bhyt không",
        "the bao hiem y te ho ngheo",
        group="health-card",
    ),
    card(
        "health",
        "health-near-poor-premium",
        "Hộ cận nghèo đóng bảo hiểm y tế",
        "hộ cận nghèo mua bảo hiểm y tế bao nhiêu tiền",
        "cận nghèo được giảm tiền bhyt không",
        group="health-card",
    ),
    card(
        "training",
        "training-support-level",
        "Mức hỗ trợ học nghề",
        "học nghề được hỗ trợ bao nhiêu tiền",
        "đi học nghề may có được nhà nước cho tiền không",
        "hoc nghe ngan han ho tro may trieu",
    ),
    card(
        "livelihood",
        "livelihood-project-join",
        "Tham gia mô hình nuôi bò, nghé giảm nghèo",
        "muốn nuôi nghé theo mô hình giảm nghèo",
        "xin con nghé giống của dự án",
        "tham gia dự án nuôi bò giảm nghèo",
    ),
    card(
        "social",
        "social-funeral",
        "Hỗ trợ chi phí mai táng",
        "tiền mai táng được bao nhiêu",
        "ba tui mất thì nhà nước hỗ trợ ma chay bao nhiêu",
        "thủ tục xin tiền mai táng",
    ),
    card(
        "social",
        "social-disability-allowance",
        "Trợ cấp người khuyết tật",
        "người khuyết tật nặng được trợ cấp bao nhiêu",
        "bị tật có tiền hằng tháng không",
    ),
    card(
        "electricity",
        "electricity-who-level",
        "Hỗ trợ tiền điện cho hộ nghèo",
        "hộ nghèo được hỗ trợ tiền điện bao nhiêu",
        "tiền điện hộ nghèo mỗi tháng được trừ mấy đồng",
    ),
    card(
        "housing",
        "housing-land-registration-fee",
        "Miễn lệ phí trước bạ sổ đỏ cho hộ nghèo",
        "hộ nghèo làm sổ đỏ có được miễn lệ phí trước bạ không",
        "cấp sổ đỏ cho hộ nghèo",
    ),
)
