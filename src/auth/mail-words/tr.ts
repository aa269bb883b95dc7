import type { MailWords } from './words.ts'

export const tr: MailWords = {
  origin: 'İstek {time} tarihinde {ip} adresinden geldi.',
  originUnknown: 'İstek {time} tarihinde geldi.',
  texts: {
    verify_email: [
      'E-posta adresinizi doğrulayın',
      'Birisi, umarız siz, bu e-posta adresini {site} sitesinde kaydetti.',
      'Adresi doğrulamak için şu sayfayı açın ve oradaki düğmeye basın:',
      '{link}',
      'Bağlantı {ttl} boyunca geçerlidir. {origin}',
      'Bunu siz yapmadıysanız bir şey yapmanız gerekmez: bağlantı açılmadıkça kayıt geçersiz kalır.',
    ],
    already_registered: [
      'Zaten bir hesabınız var',
      'Birisi, belki siz, bu e-posta adresini {site} sitesinde kaydetmek istedi; ancak bu adresin orada zaten bir hesabı var.',
      'Bunu siz yaptıysanız o hesabın parolasıyla oturum açın.',
      '{origin}',
      'Bunu siz yapmadıysanız bir şey yapmanız gerekmez: hesabınız olduğu gibi duruyor.',
    ],
    reset_password: [
      'Yeni bir parola seçin',
      'Birisi, umarız siz, {site} sitesindeki hesabınız için yeni bir parola istedi.',
      'Yeni parolayı seçmek için şu sayfayı açın:',
      '{link}',
      'Bağlantı yalnızca bir kez ve {ttl} boyunca geçerlidir. {origin}',
      'Bunu siz yapmadıysanız bir şey yapmanız gerekmez: parolanız değişmez.',
    ],
    password_changed: [
      'Parolanız değiştirildi',
      '{site} sitesindeki hesabınızın parolası değiştirildi ve diğer bütün oturumlar kapatıldı.',
      '{origin}',
      'Bunu siz yapmadıysanız hemen oradan yeni bir parola isteyin: parolayı seçme bağlantısı bu posta kutusuna gelir.',
    ],
    confirm_email_change: [
      'Yeni e-posta adresinizi doğrulayın',
      'Birisi, umarız siz, bu e-posta adresini {site} sitesindeki bir hesap için kullanmak istiyor.',
      'Adresi doğrulamak için şu sayfayı açın ve oradaki düğmeye basın:',
      '{link}',
      'Bağlantı {ttl} boyunca geçerlidir. {origin}',
      'Bunu siz yapmadıysanız bir şey yapmanız gerekmez: bağlantı açılmadıkça hiçbir şey değişmez.',
    ],
    email_changed: [
      'E-posta adresiniz değiştirildi',
      '{site} sitesindeki hesabınızın artık başka bir e-posta adresi var: {email}.',
      '{origin}',
      'Bunu siz yapmadıysanız değişikliği geri almak için şu sayfayı açın ve oradaki düğmeye basın:',
      '{link}',
      'Bağlantı {ttl} boyunca geçerlidir.',
    ],
    new_sign_in: [
      'Hesabınızda yeni bir oturum açıldı',
      'Birisi, umarız siz, {site} sitesindeki hesabınızda daha önce görülmemiş bir cihazdan oturum açtı.',
      'Cihaz: {device}.',
      '{origin}',
      'Bunu siz yapmadıysanız parolanızı hemen değiştirin: böylece diğer bütün oturumlar kapanır.',
    ],
    pin_changed: [
      "PIN'iniz değiştirildi",
      "{site} sitesindeki hesabınızın PIN'i belirlendi, değiştirildi veya kaldırıldı.",
      '{origin}',
      "Bunu siz yapmadıysanız hemen parolanızı, ardından PIN'inizi değiştirin.",
    ],
    account_deleted: [
      'Hesabınız silindi',
      '{site} sitesindeki hesabınız, içindeki her şeyle birlikte silindi.',
      '{origin}',
      'Bunu siz yapmadıysanız birisi parolanızı biliyordu: kullandığınız diğer yerlerde de parolanızı değiştirin.',
    ],
  },
}
