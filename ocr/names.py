"""Vietnamese family names.

A person's name begins with the family's. Few are in use, so they tell a whole name from what a seal or a signature left
of one: "Đức Phước" looks like a name, but is the rest of "Hồ Đức Phước".
"""

from dossier.text import fold

_FAMILY_NAMES = frozenset(
    # Folded. Words in lines are easier to read than a list of literals.
    """
    an au be bo bui ca cam cao chau chu cu cung dam dang danh dao dau dieu dinh do doan doi dong du duong
    giang giap ha han hau ho hoang hua huynh kha khong khuat khuong kieu kim ksor la lai lam le leng leo lieu
    lo lu lu luc luong luu ly ma mac mai mau mua ngan nghiem ngo nguy nguyen nham nhu nie ninh nong
    ong pham phan phi phu phung phuong quach quan quang sam sung ta tang thach thai than thanh thao
    thi thieu tieu to ton tong tran trang trieu trinh truong tu ung uong van vang vi vo vu vuong xa yen
    """.split()  # noqa: SIM905 - see above
)


def is_family_name(word: str) -> bool:
    """Tell whether ``word`` is a family name in common use among Việt Nam's peoples; marks and case do not matter."""
    return fold(word) in _FAMILY_NAMES
