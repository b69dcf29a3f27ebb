"""The languages of certificates and their own small words. Pure."""

LOCALES = {
    "en": "en_GB",
    "es": "es_ES",
    "de": "de_DE",
    "fr": "fr_FR",
    "nl": "nl_NL",
    "zh": "zh_CN",
    "ja": "ja_JP",
}
_NAMES = (
    "awarded",
    "valid_until",
    "number",
    "scheme",
    "cycle",
    "hours",
    "score",
    "check",
    "signed",
    "demonstration",
    "version",
    "hours_value",
    "score_value",
    "no_end",
    "steps",
    "more",
)
_WORDS = {
    "en": "Awarded|Valid until|Certificate number|Scheme|Cycle|Training|Exam result|"
    "Check this certificate|Issued electronically|Demonstration|version %(number)s|"
    "%(count)s hours|%(score)s of %(full)s, %(required)s required|Without end|Completed|"
    "and %(count)s more",
    "es": "Otorgado|Válido hasta|Número de certificado|Esquema|Ciclo|Formación|"
    "Resultado del examen|Comprobar este certificado|Emitido electrónicamente|Demostración|"
    "versión %(number)s|%(count)s horas|%(score)s de %(full)s, se exigen %(required)s|"
    "Sin vencimiento|Completado|y %(count)s más",
    "de": "Verliehen am|Gültig bis|Zertifikatsnummer|Programm|Zyklus|Schulung|"
    "Prüfungsergebnis|Dieses Zertifikat prüfen|Elektronisch ausgestellt|Demonstration|"
    "Fassung %(number)s|%(count)s Stunden|%(score)s von %(full)s, %(required)s erforderlich|"
    "Unbefristet|Abgeschlossen|und %(count)s weitere",
    "fr": "Délivré le|Valable jusqu’au|Numéro de certificat|Programme|Cycle|Formation|"
    "Résultat de l’examen|Vérifier ce certificat|Émis par voie électronique|Démonstration|"
    "version %(number)s|%(count)s heures|%(score)s sur %(full)s, %(required)s requis|"
    "Sans limite|Étapes accomplies|et %(count)s autres",
    "nl": "Toegekend op|Geldig tot|Certificaatnummer|Programma|Cyclus|Opleiding|"
    "Examenresultaat|Controleer dit certificaat|Elektronisch uitgegeven|Demonstratie|"
    "versie %(number)s|%(count)s uur|%(score)s van %(full)s, %(required)s vereist|"
    "Onbeperkt|Voltooid|en nog %(count)s",
    "zh": "授予日期|有效期至|证书编号|认证方案|周期|培训|考试成绩|查验本证书|电子签发|演示|"
    "版本 %(number)s|%(count)s 小时|%(score)s / %(full)s，要求 %(required)s|长期有效|已完成|"
    "等另外 %(count)s 项",
    "ja": "授与日|有効期限|証明書番号|認定制度|サイクル|研修|試験結果|この証明書を確認|電子発行|"
    "デモ|第 %(number)s 版|%(count)s 時間|%(full)s 点中 %(score)s 点（合格点 %(required)s）|"
    "期限なし|修了|ほか %(count)s 件",
}


def small_words(language: str) -> dict[str, str]:
    """The document's own words by their name."""
    return dict(zip(_NAMES, _WORDS[language].split("|"), strict=True))
