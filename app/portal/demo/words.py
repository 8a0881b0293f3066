"""What patients and staff of the demo write, in natural Arabic and English."""

from __future__ import annotations

# kind of visit -> what patients of a bad and of a good visit wrote; EVERYWHERE goes with any kind
COMPLAINTS: dict[str, tuple[str, ...]] = {
    "ems": (
        "انتظرت أكثر من ثلاث ساعات في الطوارئ ولم يخبرني أحد بالسبب.",
        "والدي كبير في السن وبقي على الكرسي طوال الليل، لم يجدوا له سريرًا.",
        "الفرز كان سريعًا لكن بعدها لم يسأل عنا أحد.",
        "We waited four hours with a child in pain. Nobody told us how long it would take.",
        "الطبيب استعجل في الكشف وخرجت ولم أفهم التشخيص.",
    ),
    "inpatient": (
        "أضغط الجرس ولا أحد يأتي إلا بعد نصف ساعة، خصوصًا في الليل.",
        "الممرضات قليلات جدًا في الجناح والضغط عليهن واضح.",
        "تأخر الخروج من الصباح إلى المغرب بسبب الصيدلية والتقرير.",
        "Nobody answered the bell at night. My mother needed help to reach the bathroom.",
        "الغرفة لم تنظف يومين والأكل يصل باردًا.",
        "كل طبيب يقول لنا كلامًا مختلفًا، احترنا مَن نصدّق.",
    ),
    "opd": (
        "موعدي الساعة 9 ودخلت على الطبيب 11، لماذا إذًا نحجز؟",
        "لم أجد موقفًا لسيارتي وتأخرت عن الموعد.",
        "The doctor did not explain my medicine and did not look up from the screen.",
        "صرف الدواء أخذ ساعة كاملة والأرقام لا تمشي.",
        "موظفة الاستقبال لم تكن متعاونة وطريقتها في الكلام غير لائقة.",
        "اتصلت عشر مرات لتغيير الموعد ولا أحد يرد.",
    ),
    "day_case": (
        "طلبوا مني الحضور الساعة 6 صباحًا ودخلت العمليات الساعة 1 ظهرًا وأنا صائم.",
        "لم يشرحوا لي ماذا أفعل بالجرح في البيت.",
        "Too long between arrival and the procedure, and my family could not get any news.",
    ),
}
PRAISES: tuple[str, ...] = (
    "ما قصرتوا، جزاكم الله خير.",
    "طاقم رائع وتعامل راقٍ من الاستقبال إلى الخروج.",
    "الله يعطيهم العافية، ما عليهم زود.",
    "Excellent care from everyone, thank you.",
    "الطبيبة شرحت لي كل شيء بهدوء وصبر، شكرًا لها.",
    "The nurse in the recovery room was very kind to my son.",
    "تنظيم ممتاز ولم أنتظر أكثر من عشر دقائق.",
    "بيّض الله وجيهكم، خدمة تشرّف.",
)
MIDDLING: tuple[str, ...] = (
    "الخدمة جيدة لكن الانتظار طويل.",
    "الأطباء ممتازون، المواقف تحتاج حلًا.",
    "Good doctors, but the waiting area is crowded.",
    "كل شيء تمام إلا الصيدلية.",
)

FIRST_NOTES: tuple[str, ...] = (
    "تم الاتصال بالمريض والاستماع إليه والاعتذار له.",
    "اتصلنا مرتين ولم يرد، نعاود الاتصال بعد العصر.",
    "Called the patient, apologised and listened. He would like to hear what we will change.",
    "تحدثت مع ابنة المريضة، وهي راضية عن سرعة التواصل.",
)
MESSAGES: dict[str, tuple[str, ...]] = {
    "ar": ("نراجع شكواكم مع القسم، وسنتصل بكم خلال يومين.", "نرجو تزويدنا برقم الموعد لنكمل المراجعة."),
    "en": (
        "We look into it with the department and shall call you within two days.",
        "Please send us the number of the appointment.",
    ),
}
PROMISES: tuple[str, ...] = (
    "الاتصال بالمريض بعد رد القسم",
    "معاودة الاتصال بابنة المريضة",
    "Call him with the answer of the clinic",
)
CALLS = frozenset(FIRST_NOTES) - {FIRST_NOTES[1]}  # in which the patient was spoken with
LATER_NOTES: tuple[str, ...] = (
    "راجعنا سجل الجرس مع مشرفة التمريض: نقص في وردية الليل يومي الخميس والجمعة.",
    "اجتمعنا مع رئيس القسم واتفقنا على إبلاغ المرضى كل نصف ساعة بمدة الانتظار.",
    "Checked the times of the visit: 95 minutes between laboratory and consultation. Sent to the clinic's supervisor.",
    "بانتظار رد الصيدلية على أوقات الصرف.",
)
OUTCOMES: tuple[str, ...] = (
    "تم التواصل مع المريض والاعتذار له ومعالجة السبب مع القسم.",
    "أُضيفت ممرضة لوردية الليل وأُبلغ المريض بما تم.",
    "عُدّل توزيع المواعيد صباحًا، وشُكر المريض على ملاحظته.",
    "Spoke with the patient, who accepted the apology. Discharge medicine is now prepared the evening before.",
    "نُبّه موظف الاستقبال وأُعيد تدريبه على أسلوب التعامل، والمريض راضٍ.",
)
CANCELLATIONS: tuple[str, ...] = (
    "أجاب المريض بالخطأ عن زيارة أخرى، وتأكدنا منه هاتفيًا.",
    "مكرر: تُعالج الملاحظة نفسها ضمن إجراء آخر.",
)
RETURNS: tuple[str, ...] = (
    "أين ما يثبت أن السبب عولج؟ أرجو إرفاق خطة الورديات الجديدة.",
    "Please say what was changed for the next patient, not only for this one.",
)

# actions that the PX office opened itself: department, severity, title in both languages
BY_HAND: tuple[tuple[str, str, str, str], ...] = (
    ("PHA", "high", "Queue screen at the pharmacy is off since Sunday", "شاشة الأرقام في الصيدلية متوقفة منذ الأحد"),
    (
        "OPD",
        "medium",
        "Signs to the second-floor clinics confuse visitors",
        "لوحات الإرشاد إلى عيادات الدور الثاني مربكة للزوار",
    ),
    ("RAD", "low", "Offer chairs for companions in the radiology corridor", "توفير كراسٍ للمرافقين في ممر الأشعة"),
    (
        "ER",
        "high",
        "Tell families the expected wait at the triage desk",
        "إبلاغ الأهالي بمدة الانتظار المتوقعة عند مكتب الفرز",
    ),
)

# complaints: the class that fits a kind of visit, what the patient says on the phone, what is asked, explained and answered
CLASSES: dict[str, str] = {
    "ems": "MGMT-02-02-01",
    "inpatient": "CLIN-01-06-01",
    "opd": "MGMT-02-02-02",
    "day_case": "MGMT-02-02-03",
}
STATEMENTS: tuple[str, ...] = (
    "يؤكد ما كتبه، ويريد معرفة سبب التأخير واعتذارًا من القسم. شرحت له الخطوات ومدة الرد.",
    "تقول إن الأمر تكرر في زيارتين، ولا تريد ذكر اسمها للقسم. شرحت لها الإجراء.",
    "He would like to hear what will change for the next family. I explained the steps and when we answer.",
    "المريض غاضب لكنه شكر سرعة الاتصال. يرغب في رد مكتوب.",
)
QUESTIONS: tuple[str, ...] = (
    "ما سبب الانتظار في ذلك اليوم، ومن كان مسؤول الوردية؟",
    "أرجو توضيح ما حدث من سجلكم، وما الذي ستغيرونه.",
    "Please tell us what your records show for this visit, and what you would do differently.",
)
EXPLANATIONS: tuple[str, ...] = (
    "كان في الوردية طبيبان من أصل أربعة بسبب إجازة مرضية، وقُدمت الحالات الحرجة. اتفقنا على استدعاء بديل عند تجاوز ساعة.",
    "راجعنا السجل: النداء مسجل ولم يُجب عليه خلال تسليم الوردية. عُدّل وقت التسليم ونُبّه الفريق.",
    "The clinic was overbooked by six patients that morning. We have closed the extra slots.",
)
RESOLUTIONS: dict[str, tuple[str, ...]] = {
    "ar": (
        "نعتذر عما حدث. راجعنا زيارتكم مع القسم وثبت التأخير، وزدنا عدد الأطباء في ساعات الذروة.",
        "نشكر لكم إخبارنا. تبيّن أن النداء لم يُجب عليه وقت تسليم الوردية، وغيّرنا طريقة التسليم حتى لا يتكرر ذلك.",
        "نعتذر لكم. عُدّلت المواعيد الصباحية حتى لا يطول الانتظار، ويسعدنا أن نسمع رأيكم في زيارتكم القادمة.",
    ),
    "en": (
        "We are sorry. We looked at your visit with the department and found the delay that you describe. More doctors now "
        "work at the busiest hours.",
        "Thank you for telling us. The bell was not answered during the change of shift; the way shifts are handed over has "
        "been changed.",
    ),
}
