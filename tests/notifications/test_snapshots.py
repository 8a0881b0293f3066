"""Each starting text as the person reads it, word for word, in both languages. Change a text, and change it here."""

from __future__ import annotations

import pytest

from app.notifications.enums import Channel
from app.notifications.placeholders import problems, render
from app.notifications.seeds import TEXTS

VALUES = {
    "en": {
        "hospital": "Al Noor Hospital",
        "name": "Noura",
        "link": "https://x.sa/s/abc",
        "days": "7",
        "role": "Staff",
        "reference": "CMP-2026-000007",
        "code": "123456",
        "answer": "From 4 to 8 pm.",
    },
    "ar": {
        "hospital": "مستشفى النور",
        "name": "نورة",
        "link": "https://x.sa/s/abc",
        "days": "7",
        "role": "موظف",
        "reference": "CMP-2026-000007",
        "code": "123456",
        "answer": "من ٤ إلى ٨ مساءً.",
    },
}
READ: dict[tuple[str, str], tuple[str, str]] = {
    ("complaints/link", "sms"): (
        "Tell us what happened, within 24 hours: https://x.sa/s/abc",
        "أخبرونا بما حدث خلال 24 ساعة: https://x.sa/s/abc",
    ),
    ("complaints/link", "whatsapp"): (
        "Al Noor Hospital: tell us in your own words what happened. This link is good for 24 hours: https://x.sa/s/abc",
        "مستشفى النور: أخبرونا بكلماتكم بما حدث. هذا الرابط صالح لمدة 24 ساعة: https://x.sa/s/abc",
    ),
    ("surveys/invitation", "sms"): (
        "How was your visit? Please tell us: https://x.sa/s/abc",
        "كيف كانت زيارتكم؟ https://x.sa/s/abc",
    ),
    ("surveys/invitation", "whatsapp"): (
        "Thank you for choosing Al Noor Hospital. How was your visit? https://x.sa/s/abc",
        "شكرًا لاختياركم مستشفى النور. كيف كانت زيارتكم؟ https://x.sa/s/abc",
    ),
    ("surveys/invitation", "email"): (
        "How was your visit to Al Noor Hospital?|Please tell us how your visit was. It takes a few minutes:\n"
        "https://x.sa/s/abc\n\nAl Noor Hospital",
        "كيف كانت زيارتكم إلى مستشفى النور؟|نرجو أن تخبرونا كيف كانت زيارتكم، ولن يستغرق ذلك إلا دقائق:\n"
        "https://x.sa/s/abc\n\nمستشفى النور",
    ),
    ("surveys/reminder", "sms"): (
        "Your opinion still matters to us: https://x.sa/s/abc",
        "ما زال رأيكم يهمنا https://x.sa/s/abc",
    ),
    ("surveys/reminder", "whatsapp"): (
        "Al Noor Hospital: your opinion still matters to us. https://x.sa/s/abc",
        "مستشفى النور: ما زال رأيكم يهمنا. https://x.sa/s/abc",
    ),
    ("surveys/reminder", "email"): (
        "Al Noor Hospital: your opinion matters to us|There is still time to tell us how your visit was:\n"
        "https://x.sa/s/abc\n\nAl Noor Hospital",
        "مستشفى النور: رأيكم يهمنا|ما زال بإمكانكم أن تخبرونا كيف كانت زيارتكم:\nhttps://x.sa/s/abc\n\nمستشفى النور",
    ),
    ("surveys/resolution", "sms"): (
        "How did we handle your complaint? https://x.sa/s/abc",
        "كيف تعاملنا مع شكواكم؟ https://x.sa/s/abc",
    ),
    ("surveys/resolution", "whatsapp"): (
        "Al Noor Hospital: how did we handle your complaint? https://x.sa/s/abc",
        "مستشفى النور: كيف تعاملنا مع شكواكم؟ https://x.sa/s/abc",
    ),
    ("surveys/resolution", "email"): (
        "Al Noor Hospital: how did we handle your complaint?|Please tell us how we handled your complaint. "
        "It takes two minutes:\nhttps://x.sa/s/abc\n\nAl Noor Hospital",
        "مستشفى النور: كيف تعاملنا مع شكواكم؟|نرجو أن تخبرونا كيف تعاملنا مع شكواكم، ولن يستغرق ذلك إلا دقيقتين:\n"
        "https://x.sa/s/abc\n\nمستشفى النور",
    ),
    ("complaints/answered", "sms"): (
        "We answered your complaint CMP-2026-000007: https://x.sa/s/abc",
        "رددنا على شكواكم CMP-2026-000007 https://x.sa/s/abc",
    ),
    ("complaints/answered", "whatsapp"): (
        "Al Noor Hospital: we answered your complaint CMP-2026-000007. Read the answer here: https://x.sa/s/abc",
        "مستشفى النور: رددنا على شكواكم CMP-2026-000007. تجدون الرد هنا: https://x.sa/s/abc",
    ),
    ("complaints/message", "sms"): (
        "The patient experience office wrote to you about CMP-2026-000007: https://x.sa/s/abc",
        "رسالة من تجربة المريض CMP-2026-000007 https://x.sa/s/abc",
    ),
    ("complaints/message", "whatsapp"): (
        "Al Noor Hospital: the patient experience office wrote to you about CMP-2026-000007. Read it here: "
        "https://x.sa/s/abc",
        "مستشفى النور: كتب إليكم مكتب تجربة المريض بشأن CMP-2026-000007. تجدون الرسالة هنا: https://x.sa/s/abc",
    ),
    ("complaints/code", "sms"): (
        "Your code for PX360: 123456. It is good for ten minutes. Give it to nobody.",
        "رمزكم: 123456 وهو صالح لعشر دقائق. لا تعطوه لأحد.",
    ),
    ("complaints/received", "email"): (
        "We received your complaint CMP-2026-000007|Thank you for telling us. Your complaint has the number CMP-2026-000007, and "
        "the patient experience office looks into it. Follow it here:\nhttps://x.sa/s/abc\n\nTo add something, answer this "
        "e-mail and keep the number in its subject.\n\nAl Noor Hospital",
        "استلمنا شكواكم CMP-2026-000007|نشكركم على إبلاغنا. رقم شكواكم CMP-2026-000007، ويتابعها مكتب تجربة المريض. يمكنكم "
        "متابعتها من هنا:\nhttps://x.sa/s/abc\n\nلإضافة شيء، ردّوا على هذه الرسالة مع إبقاء الرقم في عنوانها.\n\nمستشفى النور",
    ),
    ("complaints/answered", "email"): (
        "We answered your complaint CMP-2026-000007|We answered your complaint CMP-2026-000007. Read the answer here:\n"
        "https://x.sa/s/abc\n\nAl Noor Hospital",
        "رددنا على شكواكم CMP-2026-000007|رددنا على شكواكم CMP-2026-000007. تجدون الرد هنا:\nhttps://x.sa/s/abc\n\nمستشفى النور",
    ),
    ("complaints/message", "email"): (
        "A message about your complaint CMP-2026-000007|The patient experience office wrote to you about CMP-2026-000007. "
        "Read it here:\nhttps://x.sa/s/abc\n\nAl Noor Hospital",
        "رسالة بشأن شكواكم CMP-2026-000007|كتب إليكم مكتب تجربة المريض بشأن CMP-2026-000007. تجدون الرسالة هنا:\n"
        "https://x.sa/s/abc\n\nمستشفى النور",
    ),
    ("complaints/code", "email"): (
        "Your code for PX360|Your code for PX360: 123456. It is good for ten minutes. Give it to nobody.\n\nAl Noor Hospital",
        "رمزكم في PX360|رمزكم: 123456 وهو صالح لعشر دقائق. لا تعطوه لأحد.\n\nمستشفى النور",
    ),
    ("explanations/asked", "email"): (
        "Al Noor Hospital: you are asked to explain (CMP-2026-000007)|Noura, the patient experience office asks for your "
        "explanation. Answer here, without signing in:\nhttps://x.sa/s/abc\n\nDo not pass this link on.",
        "مستشفى النور: مطلوب منكم إفادة (CMP-2026-000007)|نورة، يطلب مكتب تجربة المريض إفادتكم. يمكنكم الرد من هنا دون "
        "تسجيل الدخول:\nhttps://x.sa/s/abc\n\nلا تعطوا هذا الرابط لأحد.",
    ),
    ("explanations/late", "email"): (
        "Al Noor Hospital: an explanation of your department is late (CMP-2026-000007)|Noura, an explanation that your "
        "department was asked for is late. See it and answer here:\nhttps://x.sa/s/abc\n\nDo not pass this link on.",
        "مستشفى النور: إفادة من قسمكم متأخرة (CMP-2026-000007)|نورة، تأخرت إفادة طُلبت من قسمكم. يمكنكم الاطلاع عليها "
        "والرد من هنا:\nhttps://x.sa/s/abc\n\nلا تعطوا هذا الرابط لأحد.",
    ),
    ("inquiries/received", "email"): (
        "We received your inquiry CMP-2026-000007|Thank you for your question. It has the number CMP-2026-000007, and the "
        "patient experience office will answer it.\n\nTo add something, answer this e-mail and keep the number in its "
        "subject.\n\nAl Noor Hospital",
        "استلمنا استفساركم CMP-2026-000007|شكرًا لسؤالكم. رقم استفساركم CMP-2026-000007، وسيجيبكم مكتب تجربة المريض.\n\n"
        "لإضافة شيء، ردّوا على هذه الرسالة مع إبقاء الرقم في عنوانها.\n\nمستشفى النور",
    ),
    ("inquiries/answered", "sms"): (
        "Your inquiry CMP-2026-000007: From 4 to 8 pm.",
        "استفساركم CMP-2026-000007: من ٤ إلى ٨ مساءً.",
    ),
    ("inquiries/answered", "whatsapp"): (
        "Thank you for your inquiry CMP-2026-000007. Al Noor Hospital answers: From 4 to 8 pm. We wish you good health.",
        "شكرًا لاستفساركم CMP-2026-000007. يجيبكم مستشفى النور: من ٤ إلى ٨ مساءً. نتمنى لكم دوام الصحة.",
    ),
    ("inquiries/answered", "email"): (
        "Answer to your inquiry CMP-2026-000007|Thank you for your inquiry CMP-2026-000007.\n\nFrom 4 to 8 pm.\n\n"
        "Al Noor Hospital",
        "الرد على استفساركم CMP-2026-000007|شكرًا لاستفساركم CMP-2026-000007.\n\nمن ٤ إلى ٨ مساءً.\n\nمستشفى النور",
    ),
    ("complaints/received", "sms"): (
        "We received your complaint CMP-2026-000007. Follow it: https://x.sa/s/abc",
        "استلمنا شكواكم CMP-2026-000007 https://x.sa/s/abc",
    ),
    ("complaints/received", "whatsapp"): (
        "Al Noor Hospital: we received your complaint CMP-2026-000007. You can follow it here: https://x.sa/s/abc",
        "مستشفى النور: استلمنا شكواكم CMP-2026-000007. يمكنكم متابعتها من هنا: https://x.sa/s/abc",
    ),
    ("accounts/invitation", "email"): (
        "Your PX360 account|Noura, you were invited to PX360. Choose your password here:\nhttps://x.sa/s/abc\n\n"
        "The link is good for 7 days.",
        "حسابكم في PX360|نورة، دُعيتم إلى استخدام PX360. اختاروا كلمة المرور من هنا:\nhttps://x.sa/s/abc\n\n"
        "الرابط صالح لمدة 7 أيام.",
    ),
    ("accounts/place", "email"): (
        "Your role in Al Noor Hospital|Noura, you now have a role in Al Noor Hospital: Staff. Sign in to PX360 with "
        "the password that you have.",
        "دوركم في مستشفى النور|نورة، أصبح لكم دور في مستشفى النور: موظف. سجّلوا الدخول إلى PX360 بكلمة المرور التي لديكم.",
    ),
    ("accounts/reset", "email"): (
        "A new password for PX360|Somebody asked for a new password for your account. If it was you:\n"
        "https://x.sa/s/abc\n\nIf it was not you, nothing needs to be done.",
        "كلمة مرور جديدة لحسابكم في PX360|طُلبت كلمة مرور جديدة لحسابكم. إن كنتم أنتم من طلبها:\n"
        "https://x.sa/s/abc\n\nوإن لم تكونوا أنتم فلا يلزم أي إجراء.",
    ),
}


def test_each_text_has_its_snapshot() -> None:
    assert {(each.code, str(each.channel)) for each in TEXTS} == set(READ)


@pytest.mark.parametrize("text", TEXTS, ids=lambda each: f"{each.code}-{each.channel}")
def test_the_person_reads_exactly_this(text: object) -> None:
    english, arabic = READ[text.code, str(text.channel)]  # type: ignore[attr-defined]
    for language, wanted in (("en", english), ("ar", arabic)):
        subject = render(getattr(text, f"subject_{language}"), VALUES[language])
        body = render(getattr(text, f"body_{language}"), VALUES[language])
        assert (f"{subject}|{body}" if subject else body) == wanted


@pytest.mark.parametrize("text", TEXTS, ids=lambda each: f"{each.code}-{each.channel}")
def test_the_starting_texts_pass_the_check_that_administrators_must_pass(text: object) -> None:
    from app.notifications.preview import Texts
    from app.notifications.services import texts

    assert problems(text.body_en, text.body_ar, text.placeholders) == []  # type: ignore[attr-defined]
    given = Texts(text.subject_en, text.subject_ar, text.body_en, text.body_ar, text.provider_name)  # type: ignore[attr-defined]
    texts.check(given, Channel(text.channel), text.placeholders)  # type: ignore[attr-defined]
