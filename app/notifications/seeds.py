"""Starting texts of messages, in both languages. Repeatable; what an administrator changed stays."""

from __future__ import annotations

from typing import NamedTuple

from app.core.access.actor import Actor
from app.core.db import command, seed_group
from app.notifications.enums import Channel
from app.notifications.models import MessageTemplate


class Text(NamedTuple):
    """A text to seed."""

    code: str
    channel: Channel
    subject_en: str
    subject_ar: str
    body_en: str
    body_ar: str
    placeholders: tuple[str, ...]
    provider_name: str = ""  # the template as it is to be approved by WhatsApp


# the sender's name says which hospital it is; the Arabic survey texts
# leave 39 characters beside a link of 31, so that one SMS part is enough (domain.md 1.5)
TEXTS: tuple[Text, ...] = (
    Text(
        "surveys/invitation",
        Channel.SMS,
        "",
        "",
        "How was your visit? Please tell us: {link}",
        "كيف كانت زيارتكم؟ {link}",
        ("hospital", "link"),
    ),
    Text(
        "surveys/invitation",
        Channel.WHATSAPP,
        "",
        "",
        "Thank you for choosing {hospital}. How was your visit? {link}",
        "شكرًا لاختياركم {hospital}. كيف كانت زيارتكم؟ {link}",
        ("hospital", "link"),
        "px360_survey_invitation",
    ),
    Text(
        "surveys/invitation",
        Channel.EMAIL,
        "How was your visit to {hospital}?",
        "كيف كانت زيارتكم إلى {hospital}؟",
        "Please tell us how your visit was. It takes a few minutes:\n{link}\n\n{hospital}",
        "نرجو أن تخبرونا كيف كانت زيارتكم، ولن يستغرق ذلك إلا دقائق:\n{link}\n\n{hospital}",
        ("hospital", "link"),
    ),
    Text(
        "surveys/reminder",
        Channel.SMS,
        "",
        "",
        "Your opinion still matters to us: {link}",
        "ما زال رأيكم يهمنا {link}",
        ("hospital", "link"),
    ),
    Text(
        "surveys/reminder",
        Channel.WHATSAPP,
        "",
        "",
        "{hospital}: your opinion still matters to us. {link}",
        "{hospital}: ما زال رأيكم يهمنا. {link}",
        ("hospital", "link"),
        "px360_survey_reminder",
    ),
    Text(
        "surveys/reminder",
        Channel.EMAIL,
        "{hospital}: your opinion matters to us",
        "{hospital}: رأيكم يهمنا",
        "There is still time to tell us how your visit was:\n{link}\n\n{hospital}",
        "ما زال بإمكانكم أن تخبرونا كيف كانت زيارتكم:\n{link}\n\n{hospital}",
        ("hospital", "link"),
    ),
    Text(
        "surveys/resolution",
        Channel.SMS,
        "",
        "",
        "How did we handle your complaint? {link}",
        "كيف تعاملنا مع شكواكم؟ {link}",
        ("hospital", "link"),
    ),
    Text(
        "surveys/resolution",
        Channel.WHATSAPP,
        "",
        "",
        "{hospital}: how did we handle your complaint? {link}",
        "{hospital}: كيف تعاملنا مع شكواكم؟ {link}",
        ("hospital", "link"),
        "px360_resolution_survey",
    ),
    Text(
        "surveys/resolution",
        Channel.EMAIL,
        "{hospital}: how did we handle your complaint?",
        "{hospital}: كيف تعاملنا مع شكواكم؟",
        "Please tell us how we handled your complaint. It takes two minutes:\n{link}\n\n{hospital}",
        "نرجو أن تخبرونا كيف تعاملنا مع شكواكم، ولن يستغرق ذلك إلا دقيقتين:\n{link}\n\n{hospital}",
        ("hospital", "link"),
    ),
    Text(
        "complaints/answered",
        Channel.SMS,
        "",
        "",
        "We answered your complaint {reference}: {link}",
        "رددنا على شكواكم {reference} {link}",
        ("hospital", "reference", "link"),
    ),
    Text(
        "complaints/answered",
        Channel.WHATSAPP,
        "",
        "",
        "{hospital}: we answered your complaint {reference}. Read the answer here: {link}",
        "{hospital}: رددنا على شكواكم {reference}. تجدون الرد هنا: {link}",
        ("hospital", "reference", "link"),
        "px360_complaint_answered",
    ),
    Text(
        "complaints/message",
        Channel.SMS,
        "",
        "",
        "The patient experience office wrote to you about {reference}: {link}",
        "رسالة من تجربة المريض {reference} {link}",
        ("hospital", "reference", "link"),
    ),
    Text(
        "complaints/message",
        Channel.WHATSAPP,
        "",
        "",
        "{hospital}: the patient experience office wrote to you about {reference}. Read it here: {link}",
        "{hospital}: كتب إليكم مكتب تجربة المريض بشأن {reference}. تجدون الرسالة هنا: {link}",
        ("hospital", "reference", "link"),
        "px360_complaint_message",
    ),
    Text(
        "complaints/code",
        Channel.SMS,
        "",
        "",
        "Your code for PX360: {code}. It is good for ten minutes. Give it to nobody.",
        "رمزكم: {code} وهو صالح لعشر دقائق. لا تعطوه لأحد.",
        ("hospital", "code"),
    ),
    Text(
        "complaints/received",
        Channel.EMAIL,
        "We received your complaint {reference}",
        "استلمنا شكواكم {reference}",
        "Thank you for telling us. Your complaint has the number {reference}, and the patient experience office looks into it. "
        "Follow it here:\n{link}\n\nTo add something, answer this e-mail and keep the number in its subject.\n\n{hospital}",
        "نشكركم على إبلاغنا. رقم شكواكم {reference}، ويتابعها مكتب تجربة المريض. يمكنكم متابعتها من هنا:\n{link}\n\n"
        "لإضافة شيء، ردّوا على هذه الرسالة مع إبقاء الرقم في عنوانها.\n\n{hospital}",
        ("hospital", "reference", "link"),
    ),
    Text(
        "complaints/answered",
        Channel.EMAIL,
        "We answered your complaint {reference}",
        "رددنا على شكواكم {reference}",
        "We answered your complaint {reference}. Read the answer here:\n{link}\n\n{hospital}",
        "رددنا على شكواكم {reference}. تجدون الرد هنا:\n{link}\n\n{hospital}",
        ("hospital", "reference", "link"),
    ),
    Text(
        "complaints/message",
        Channel.EMAIL,
        "A message about your complaint {reference}",
        "رسالة بشأن شكواكم {reference}",
        "The patient experience office wrote to you about {reference}. Read it here:\n{link}\n\n{hospital}",
        "كتب إليكم مكتب تجربة المريض بشأن {reference}. تجدون الرسالة هنا:\n{link}\n\n{hospital}",
        ("hospital", "reference", "link"),
    ),
    Text(
        "complaints/code",
        Channel.EMAIL,
        "Your code for PX360",
        "رمزكم في PX360",
        "Your code for PX360: {code}. It is good for ten minutes. Give it to nobody.\n\n{hospital}",
        "رمزكم: {code} وهو صالح لعشر دقائق. لا تعطوه لأحد.\n\n{hospital}",
        ("hospital", "code"),
    ),
    Text(
        "explanations/asked",
        Channel.EMAIL,
        "{hospital}: you are asked to explain ({reference})",
        "{hospital}: مطلوب منكم إفادة ({reference})",
        "{name}, the patient experience office asks for your explanation. Answer here, without signing in:\n{link}\n\n"
        "Do not pass this link on.",
        "{name}، يطلب مكتب تجربة المريض إفادتكم. يمكنكم الرد من هنا دون تسجيل الدخول:\n{link}\n\nلا تعطوا هذا الرابط لأحد.",
        ("name", "hospital", "reference", "link"),
    ),
    Text(
        "explanations/late",
        Channel.EMAIL,
        "{hospital}: an explanation of your department is late ({reference})",
        "{hospital}: إفادة من قسمكم متأخرة ({reference})",
        "{name}, an explanation that your department was asked for is late. See it and answer here:\n{link}\n\n"
        "Do not pass this link on.",
        "{name}، تأخرت إفادة طُلبت من قسمكم. يمكنكم الاطلاع عليها والرد من هنا:\n{link}\n\nلا تعطوا هذا الرابط لأحد.",
        ("name", "hospital", "reference", "link"),
    ),
    Text(
        "complaints/link",
        Channel.SMS,
        "",
        "",
        "Tell us what happened, within 24 hours: {link}",
        "أخبرونا بما حدث خلال 24 ساعة: {link}",
        ("hospital", "link"),
    ),
    Text(
        "complaints/link",
        Channel.WHATSAPP,
        "",
        "",
        "{hospital}: tell us in your own words what happened. This link is good for 24 hours: {link}",
        "{hospital}: أخبرونا بكلماتكم بما حدث. هذا الرابط صالح لمدة 24 ساعة: {link}",
        ("hospital", "link"),
        "px360_complaint_link",
    ),
    Text(
        "complaints/received",
        Channel.SMS,
        "",
        "",
        "We received your complaint {reference}. Follow it: {link}",
        "استلمنا شكواكم {reference} {link}",
        ("hospital", "reference", "link"),
    ),
    Text(
        "complaints/received",
        Channel.WHATSAPP,
        "",
        "",
        "{hospital}: we received your complaint {reference}. You can follow it here: {link}",
        "{hospital}: استلمنا شكواكم {reference}. يمكنكم متابعتها من هنا: {link}",
        ("hospital", "reference", "link"),
        "px360_complaint_received",
    ),
    Text(
        "inquiries/received",
        Channel.EMAIL,
        "We received your inquiry {reference}",
        "استلمنا استفساركم {reference}",
        "Thank you for your question. It has the number {reference}, and the patient experience office will answer it.\n\n"
        "To add something, answer this e-mail and keep the number in its subject.\n\n{hospital}",
        "شكرًا لسؤالكم. رقم استفساركم {reference}، وسيجيبكم مكتب تجربة المريض.\n\n"
        "لإضافة شيء، ردّوا على هذه الرسالة مع إبقاء الرقم في عنوانها.\n\n{hospital}",
        ("hospital", "reference"),
    ),
    Text(
        "inquiries/answered",
        Channel.SMS,
        "",
        "",
        "Your inquiry {reference}: {answer}",
        "استفساركم {reference}: {answer}",
        ("hospital", "reference", "answer"),
    ),
    Text(
        "inquiries/answered",
        Channel.WHATSAPP,
        "",
        "",
        "Thank you for your inquiry {reference}. {hospital} answers: {answer} We wish you good health.",
        "شكرًا لاستفساركم {reference}. يجيبكم {hospital}: {answer} نتمنى لكم دوام الصحة.",
        ("hospital", "reference", "answer"),
        "px360_inquiry_answered",
    ),
    Text(
        "inquiries/answered",
        Channel.EMAIL,
        "Answer to your inquiry {reference}",
        "الرد على استفساركم {reference}",
        "Thank you for your inquiry {reference}.\n\n{answer}\n\n{hospital}",
        "شكرًا لاستفساركم {reference}.\n\n{answer}\n\n{hospital}",
        ("hospital", "reference", "answer"),
    ),
    Text(
        "accounts/invitation",
        Channel.EMAIL,
        "Your PX360 account",
        "حسابكم في PX360",
        "{name}, you were invited to PX360. Choose your password here:\n{link}\n\nThe link is good for {days} days.",
        "{name}، دُعيتم إلى استخدام PX360. اختاروا كلمة المرور من هنا:\n{link}\n\nالرابط صالح لمدة {days} أيام.",
        ("name", "link", "days"),
    ),
    Text(
        "accounts/place",
        Channel.EMAIL,
        "Your role in {hospital}",
        "دوركم في {hospital}",
        "{name}, you now have a role in {hospital}: {role}. Sign in to PX360 with the password that you have.",
        "{name}، أصبح لكم دور في {hospital}: {role}. سجّلوا الدخول إلى PX360 بكلمة المرور التي لديكم.",
        ("name", "role", "hospital"),
    ),
    Text(
        "accounts/reset",
        Channel.EMAIL,
        "A new password for PX360",
        "كلمة مرور جديدة لحسابكم في PX360",
        "Somebody asked for a new password for your account. If it was you:\n{link}\n\n"
        "If it was not you, nothing needs to be done.",
        "طُلبت كلمة مرور جديدة لحسابكم. إن كنتم أنتم من طلبها:\n{link}\n\nوإن لم تكونوا أنتم فلا يلزم أي إجراء.",
        ("link",),
    ),
)


@command
def seed_texts(*, actor: Actor) -> None:
    """Make the group's texts that are not there yet."""
    rows = (text._asdict() | {"placeholders": list(text.placeholders)} for text in TEXTS)
    seed_group(MessageTemplate, ("code", "channel"), rows)
