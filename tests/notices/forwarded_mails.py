"""Mails as people forward them and as servers deliver them: text, files, and what our own server found."""

from email.message import EmailMessage

SERVER = "mx.marches.example"
BOX = "avis@marches-groupes.example"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000053 00000 n \n0000000104 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n166\n%%EOF\n"
NOTICE = """Bonjour,

> De : marches@ville.example
> Objet : Nettoyage des vitres des écoles
>
> Ville du Bocage
> 21 rue des Tilleuls, 14100 Lisieux
> Objet du marché : Nettoyage des vitres des écoles
> Référence : 2026-S-041
> Date et heure limites de réception des offres : vendredi 18 décembre 2026 à 12h00
"""


def mail(sender, text=NOTICE, *, number=1, html="", files=(), results="", **headers) -> bytes:
    """A mail from `sender`. `files`: pairs of name and bytes; `results`: what stands in Authentication-Results."""
    message = EmailMessage()
    if results:
        message["Authentication-Results"] = results
    message["From"], message["To"] = sender, BOX
    message["Subject"] = headers.pop("subject", "TR : Nettoyage des vitres")
    message["Message-ID"] = f"<{number}@mail.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text:
        message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html") if text else message.set_content(html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def passed(domain="demo.example", server=SERVER) -> str:
    """What our server says of a mail that DMARC lets pass."""
    return f"{server}; dkim=pass header.d={domain}; dmarc=pass (p=NONE) header.from={domain}"
