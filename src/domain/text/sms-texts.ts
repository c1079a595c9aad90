import type { OtpContext } from '../../ports/challenge.ts';

/**
 * What a text is for. `general` names no purpose: it serves requests without an OTP context [SO-5], or with one that
 * this version doesn't know. [OQ-19]
 */
export type TextContext = Exclude<OtpContext, 'unknown'> | 'general';

/** The text that a request's context asks for. */
export function textContextOf(otpContext: OtpContext | undefined): TextContext {
  return otpContext === undefined || otpContext === 'unknown' ? 'general' : otpContext;
}

export const textContexts = [
  'association',
  'mandateCreation',
  'associationWithMandateCreation',
  'general',
] as const satisfies readonly TextContext[];

/**
 * The texts that come with the program. `{code}` and `{brand}` are filled in; the SMS matching token is no part of
 * them. Each fits one segment and 140 bytes with a code of ten digits and a brand of 20 ASCII characters where the
 * text stays in GSM-7, of 12 characters where it does not (half the room, so no more than the essential is said).
 *
 * Wordings that stay in GSM-7 are chosen where they are natural: `clave` and not `código` in Spanish, for example.
 * [SMS-15] No other digits stand in a text [SMS-11], and nothing that could be read as a digit follows the code:
 * a line break stands where Indic languages would put a danda. [SMS-3]
 */
export const smsTexts: Readonly<Record<string, Readonly<Record<TextContext, string>>>> = {
  ar: {
    association: 'رمز ربط حساب {brand}: {code}\nلا تشاركه مع أحد',
    mandateCreation: 'رمز الدفع التلقائي من {brand}: {code}\nلا تشاركه',
    associationWithMandateCreation: 'رمز ربط {brand} والدفع التلقائي {code}\nلا تشاركه',
    general: 'رمز {brand}: {code}\nلا تشاركه مع أحد',
  },
  bn: {
    association: '{brand} লিঙ্ক করার OTP: {code}\nকাউকে বলবেন না',
    mandateCreation: '{brand} অটোপে OTP: {code}\nকাউকে বলবেন না',
    associationWithMandateCreation: '{brand} লিঙ্ক ও অটোপে OTP: {code}\nকাউকে বলবেন না',
    general: '{brand} OTP: {code}\nএটি কাউকে বলবেন না',
  },
  de: {
    association: '{code} ist der Code zum Verknüpfen Ihres Kontos bei {brand}. Geben Sie ihn nicht weiter.',
    mandateCreation:
      '{code} ist der Code zur Freigabe automatischer Zahlungen mit {brand}. Geben Sie ihn nicht weiter.',
    associationWithMandateCreation:
      '{code} ist der Code, um {brand} zu verknüpfen und automatische Zahlungen freizugeben. Nicht weitergeben!',
    general: '{code} ist Ihr Code für {brand}. Geben Sie ihn an niemanden weiter.',
  },
  en: {
    association: '{code} is the code to link your {brand} account. Do not share it with anyone.',
    mandateCreation:
      '{code} is the code to approve automatic payments with {brand}. Do not share it with anyone.',
    associationWithMandateCreation:
      '{code} is the code to link your {brand} account and approve automatic payments. Do not share it with anyone.',
    general: '{code} is your {brand} code. Do not share it with anyone.',
  },
  es: {
    association: '{code} es la clave para vincular tu cuenta de {brand}. No la compartas con nadie.',
    mandateCreation:
      '{code} es la clave para autorizar pagos recurrentes con {brand}. No la compartas con nadie.',
    associationWithMandateCreation:
      '{code} es la clave para vincular {brand} y autorizar pagos recurrentes. No la compartas con nadie.',
    general: '{code} es tu clave de {brand}. No la compartas con nadie.',
  },
  fil: {
    association: 'Gamitin ang {code} para i-link ang iyong {brand} account. Huwag itong ibahagi kaninuman.',
    mandateCreation:
      'Gamitin ang {code} para aprubahan ang automatic payments sa {brand}. Huwag itong ibahagi.',
    associationWithMandateCreation:
      'Gamitin ang {code} para i-link ang {brand} at aprubahan ang automatic payments. Huwag itong ibahagi.',
    general: '{code} ang iyong code sa {brand}. Huwag itong ibahagi kaninuman.',
  },
  fr: {
    association: '{code} est le code pour associer votre compte {brand}. Ne le communiquez à personne.',
    mandateCreation:
      '{code} est le code pour autoriser les paiements automatiques {brand}. Ne le partagez pas.',
    associationWithMandateCreation:
      '{code} est le code pour associer {brand} et autoriser les paiements automatiques. Ne le partagez pas.',
    general: '{code} est votre code {brand}. Ne le communiquez à personne.',
  },
  hi: {
    association: '{brand} खाता जोड़ने का OTP: {code}\nसाझा न करें',
    mandateCreation: '{brand} ऑटोपे का OTP: {code}\nकिसी को न बताएं',
    associationWithMandateCreation: '{brand} लिंक व ऑटोपे OTP: {code}\nकिसी को न बताएं',
    general: '{brand} OTP: {code}\nइसे किसी के साथ साझा न करें',
  },
  id: {
    association: '{code} adalah kode untuk menghubungkan akun {brand}. Jangan bagikan kepada siapa pun.',
    mandateCreation:
      '{code} adalah kode persetujuan pembayaran otomatis {brand}. Jangan bagikan kepada siapa pun.',
    associationWithMandateCreation:
      '{code} adalah kode untuk menghubungkan akun {brand} dan menyetujui pembayaran otomatis. Rahasiakan.',
    general: '{code} adalah kode {brand} Anda. Jangan bagikan kepada siapa pun.',
  },
  it: {
    association: '{code} è il codice per collegare il tuo account {brand}. Non comunicarlo a nessuno.',
    mandateCreation:
      '{code} è il codice per autorizzare i pagamenti automatici con {brand}. Non comunicarlo a nessuno.',
    associationWithMandateCreation:
      '{code} è il codice per collegare {brand} e autorizzare i pagamenti automatici. Non comunicarlo a nessuno.',
    general: '{code} è il tuo codice {brand}. Non comunicarlo a nessuno.',
  },
  ja: {
    association: '{brand}のアカウント連携コード: {code}\n他人に教えないでください',
    mandateCreation: '{brand}の自動支払い承認コード: {code}\n他人に教えないでください',
    associationWithMandateCreation: '{brand}の連携・自動支払い承認コード: {code}\n他人に教えないでください',
    general: '{brand}の認証コード: {code}\n他人に教えないでください',
  },
  ko: {
    association: '[{brand}] 계정 연결 인증번호: {code}\n타인에게 알려주지 마세요',
    mandateCreation: '[{brand}] 자동결제 인증번호: {code}\n타인에게 알려주지 마세요',
    associationWithMandateCreation: '[{brand}] 계정 연결·자동결제 인증번호: {code}\n타인 공유 금지',
    general: '[{brand}] 인증번호: {code}\n타인에게 알려주지 마세요',
  },
  ms: {
    association: '{code} ialah kod untuk memautkan akaun {brand} anda. Jangan kongsi dengan sesiapa.',
    mandateCreation:
      '{code} ialah kod untuk meluluskan bayaran automatik dengan {brand}. Jangan kongsi dengan sesiapa.',
    associationWithMandateCreation:
      '{code} ialah kod untuk memautkan {brand} dan meluluskan bayaran automatik. Jangan kongsi kod ini.',
    general: '{code} ialah kod {brand} anda. Jangan kongsi dengan sesiapa.',
  },
  pl: {
    association: 'Kod do dodania konta {brand}: {code}. Nie podawaj go nikomu.',
    mandateCreation: 'Kod do zatwierdzenia automatycznych transakcji {brand}: {code}. Nie podawaj go nikomu.',
    associationWithMandateCreation:
      'Kod do dodania konta {brand} i zatwierdzenia automatycznych transakcji: {code}. Nie podawaj go nikomu.',
    general: 'Kod {brand}: {code}. Nie podawaj go nikomu.',
  },
  pt: {
    association: '{brand}: use {code} para vincular sua conta. Nunca compartilhe com ninguém.',
    mandateCreation:
      '{brand}: use {code} para autorizar pagamentos recorrentes. Nunca compartilhe com ninguém.',
    associationWithMandateCreation:
      '{brand}: use {code} para vincular a conta e autorizar pagamentos recorrentes. Nunca compartilhe com ninguém.',
    general: '{brand}: use {code} para continuar. Nunca compartilhe com ninguém.',
  },
  ru: {
    association: 'Код привязки {brand}: {code}\nНикому не говорите',
    mandateCreation: 'Код автоплатежа {brand}: {code}\nНе сообщайте код',
    associationWithMandateCreation: 'Привязка, автоплатёж {brand}: {code}\nНе говорите',
    general: 'Код {brand}: {code}\nНикому его не сообщайте',
  },
  ta: {
    association: '{brand} கணக்கை இணைக்க OTP: {code}\nபகிர வேண்டாம்',
    mandateCreation: '{brand} ஆட்டோபே OTP: {code}\nபகிர வேண்டாம்',
    associationWithMandateCreation: '{brand} இணைப்பு, ஆட்டோபே OTP: {code}\nபகிராதீர்',
    general: '{brand} OTP: {code}\nயாரிடமும் பகிர வேண்டாம்',
  },
  te: {
    association: '{brand} ఖాతా లింక్ OTP: {code}\nఎవరికీ చెప్పకండి',
    mandateCreation: '{brand} ఆటోపే OTP: {code}\nఎవరికీ చెప్పకండి',
    associationWithMandateCreation: '{brand} లింక్, ఆటోపే OTP: {code}\nచెప్పకండి',
    general: '{brand} OTP: {code}\nదీన్ని ఎవరికీ చెప్పకండి',
  },
  th: {
    association: 'รหัสผูกบัญชี {brand}: {code}\nห้ามบอกผู้อื่น',
    mandateCreation: 'รหัสหักบัญชีอัตโนมัติ {brand}: {code}\nห้ามบอกใคร',
    associationWithMandateCreation: 'รหัสผูกและหักบัญชี {brand}: {code}\nห้ามบอกใคร',
    general: 'รหัส {brand}: {code}\nห้ามบอกรหัสนี้กับผู้อื่น',
  },
  tr: {
    association: '{brand} hesap ekleme kodunuz: {code}. Bu kodu kimseye vermeyin.',
    mandateCreation: '{brand} otomatik ödeme onay kodunuz: {code}. Bu kodu kimseye vermeyin.',
    associationWithMandateCreation:
      '{brand} hesap ekleme ve otomatik ödeme onay kodunuz: {code}. Bu kodu kimseye vermeyin.',
    general: '{brand} kodunuz: {code}. Bu kodu kimseye vermeyin.',
  },
  vi: {
    association: 'Mã liên kết {brand}: {code}\nKhông chia sẻ mã này',
    mandateCreation: 'Mã thanh toán tự động {brand}: {code}\nGiữ bí mật',
    associationWithMandateCreation: 'Liên kết, trả tự động {brand}: {code}\nGiữ bí mật',
    general: 'Mã của {brand}: {code}\nKhông chia sẻ mã này',
  },
  'zh-Hant': {
    association: '{brand} 帳戶連結驗證碼: {code}\n請勿告知他人',
    mandateCreation: '{brand} 自動付款驗證碼: {code}\n請勿告知他人',
    associationWithMandateCreation: '{brand} 帳戶連結及自動付款驗證碼: {code}\n請勿告知他人',
    general: '{brand} 驗證碼: {code}\n請勿將驗證碼告知他人',
  },
};
