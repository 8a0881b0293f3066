"""Made-up names and places of the demo, in both languages."""

from __future__ import annotations

import random

# code, English, Arabic, patients, visits in the year
HOSPITALS = (
    ("RWD", "Al Rawda Medical City", "مدينة الروضة الطبية", 2_100, 2_150),
    ("NKH", "Al Nakheel Hospital", "مستشفى النخيل", 1_600, 1_700),
    ("SHT", "Al Shati Hospital", "مستشفى الشاطئ", 1_300, 1_300),
)

# code, English, Arabic, code of the department above
DEPARTMENTS = (
    ("ER", "Emergency", "الطوارئ", None),
    ("OPD", "Outpatient Clinics", "العيادات الخارجية", None),
    ("IM", "Internal Medicine", "الباطنة", "OPD"),
    ("PED", "Pediatrics", "الأطفال", "OPD"),
    ("OBG", "Obstetrics and Gynecology", "النساء والولادة", "OPD"),
    ("ORT", "Orthopedics", "العظام", "OPD"),
    ("W1", "Medical Ward", "جناح الباطنة", None),
    ("W2", "Surgical Ward", "جناح الجراحة", None),
    ("DC", "Day Surgery", "جراحة اليوم الواحد", None),
    ("LAB", "Laboratory", "المختبر", None),
    ("RAD", "Radiology", "الأشعة", None),
    ("PHA", "Pharmacy", "الصيدلية", None),
)

# code, kind, English, Arabic, department
LOCATIONS = (
    ("ER-T", "clinic", "Triage desk", "مكتب الفرز", "ER"),
    ("ER-O", "ward", "Observation", "غرف الملاحظة", "ER"),
    ("C-2", "clinic", "Clinics, second floor", "العيادات، الدور الثاني", "OPD"),
    ("W1-A", "ward", "Medical ward, wing A", "جناح الباطنة، القسم أ", "W1"),
    ("W1-B", "ward", "Medical ward, wing B", "جناح الباطنة، القسم ب", "W1"),
    ("W2-A", "ward", "Surgical ward, wing A", "جناح الجراحة، القسم أ", "W2"),
    ("DC-1", "ward", "Day surgery unit", "وحدة جراحة اليوم الواحد", "DC"),
)

SPECIALTIES = {
    "ER": ("Emergency physician", "طب الطوارئ"),
    "IM": ("Internist", "باطنة"),
    "PED": ("Pediatrician", "طب الأطفال"),
    "OBG": ("Obstetrician", "نساء وولادة"),
    "ORT": ("Orthopedic surgeon", "جراحة العظام"),
    "W1": ("Internist", "باطنة"),
    "W2": ("General surgeon", "جراحة عامة"),
    "DC": ("General surgeon", "جراحة عامة"),
}

MEN = (
    ("Mohammed", "محمد"), ("Abdullah", "عبدالله"), ("Fahad", "فهد"), ("Khalid", "خالد"), ("Saad", "سعد"),
    ("Turki", "تركي"), ("Sultan", "سلطان"), ("Yousef", "يوسف"), ("Omar", "عمر"), ("Ibrahim", "إبراهيم"),
    ("Nasser", "ناصر"), ("Bandar", "بندر"), ("Majed", "ماجد"), ("Ali", "علي"), ("Hassan", "حسن"),
    ("Abdulrahman", "عبدالرحمن"), ("Faisal", "فيصل"), ("Saleh", "صالح"), ("Rakan", "راكان"), ("Ziyad", "زياد"),
)  # fmt: skip
WOMEN = (
    ("Noura", "نورة"), ("Sara", "سارة"), ("Fatimah", "فاطمة"), ("Reem", "ريم"), ("Haya", "هيا"), ("Munirah", "منيرة"),
    ("Lama", "لمى"), ("Amal", "أمل"), ("Maha", "مها"), ("Hessa", "حصة"), ("Jawaher", "جواهر"), ("Aisha", "عائشة"),
    ("Mashael", "مشاعل"), ("Wafa", "وفاء"), ("Abeer", "عبير"), ("Latifa", "لطيفة"),
)  # fmt: skip
FAMILIES = (
    ("Al-Otaibi", "العتيبي"), ("Al-Qahtani", "القحطاني"), ("Al-Harbi", "الحربي"), ("Al-Ghamdi", "الغامدي"),
    ("Al-Shehri", "الشهري"), ("Al-Zahrani", "الزهراني"), ("Al-Dosari", "الدوسري"), ("Al-Mutairi", "المطيري"),
    ("Al-Anazi", "العنزي"), ("Al-Subaie", "السبيعي"), ("Al-Rashid", "الراشد"), ("Al-Salem", "السالم"),
    ("Al-Amri", "العمري"), ("Al-Yami", "اليامي"), ("Al-Juhani", "الجهني"), ("Al-Balawi", "البلوي"),
)  # fmt: skip
# people from elsewhere: sex, English, Arabic, nationality
_ABROAD = (
    ("F", "Maria Santos", "ماريا سانتوس", "PHL"), ("M", "Jose Reyes", "خوسيه رييس", "PHL"),
    ("M", "Imran Khan", "عمران خان", "PAK"), ("M", "Rahul Nair", "راهول ناير", "IND"),
    ("F", "Anjali Thomas", "أنجالي توماس", "IND"), ("M", "Ahmed Mahmoud", "أحمد محمود", "EGY"),
    ("F", "Mona Abdelaziz", "منى عبدالعزيز", "EGY"), ("M", "Osman Elhassan", "عثمان الحسن", "SDN"),
    ("F", "Rania Haddad", "رانيا حداد", "JOR"), ("M", "David Miller", "ديفيد ميلر", "GBR"),
)  # fmt: skip


def full_name(rng: random.Random, sex: str = "") -> tuple[str, str, str]:
    """Draw a Saudi name, of a sex if one is given: English, Arabic, sex."""
    sex = sex or rng.choice("MF")
    given, father, family = rng.choice(WOMEN if sex == "F" else MEN), rng.choice(MEN), rng.choice(FAMILIES)
    return f"{given[0]} {father[0]} {family[0]}", f"{given[1]} {father[1]} {family[1]}", sex


def patient_name(rng: random.Random, sex: str) -> tuple[str, str, str]:
    """Draw a patient's name: English, Arabic, nationality. One in eight is from abroad."""
    if rng.random() < 0.12:
        name_en, name_ar, nationality = rng.choice([each[1:] for each in _ABROAD if each[0] == sex])
        return name_en, name_ar, nationality
    name_en, name_ar, _sex = full_name(rng, sex)
    return name_en, name_ar, "SAU"
