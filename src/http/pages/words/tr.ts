import type { PageWords } from './words.ts'

const OPEN_AGAIN = 'E-postadaki bağlantıyı yeniden açın.'

export const tr: PageWords = {
  lang: 'tr',

  address: 'Adres',
  account: 'Hesap',
  username: 'Kullanıcı adı',
  requestedAt: 'İstek zamanı',
  requestedFrom: 'Nereden',
  requestedWith: 'Neyle',
  unknownAddress: 'bilinmeyen bir adres',
  password: 'Parola',
  newPassword: 'Yeni parola',

  confirmAddress: {
    heading: 'E-posta adresinizi doğrulayın',
    text: 'Bu kayıt sizin adresinizle yapıldı. Kayıt size aitse adresi doğrulayın; siz kaydolmadıysanız bu sayfayı kapatın.',
    button: 'Bu adresi doğrula',
  },
  passwordHint:
    'Kayıt sırasında seçilen parola: kayıt bu tarayıcıda yapılmadığı için soruyoruz. Bilmiyorsanız yeni bir parola seçin.',
  proveAddress:
    'Bir hesap bu adrese bağlı, ancak adres henüz doğrulanmadı. Hesap sizinse adresi doğrulayın; değilse bu sayfayı kapatın.',
  accountPasswordHint: 'Hesabın parolası. Bilmiyorsanız yeni bir parola seçin.',
  newPasswordInstead: 'Bunun yerine yeni bir parola seç',
  wrongPassword: 'Bu, kaydın parolası değil.',
  noPassword: 'Kaydın parolasını yazın veya yeni bir parola seçin.',
  confirmWithNewPassword: {
    text: 'Yeni parola, kayıt sırasında seçilen parolanın yerine geçer. Siz kaydolmadıysanız bu sayfayı kapatın.',
    button: 'Parolayı belirle ve doğrula',
  },
  addressConfirmed: ['Adresiniz doğrulandı', 'Artık oturum açabilir ve bu sayfayı kapatabilirsiniz.'],
  addressConfirmedBefore:
    'Adres daha önce doğrulanmıştı. Az önce seçtiğiniz parolayla oturum açamazsanız yeni parola için bir bağlantı isteyin.',

  resetPassword: {
    heading: 'Yeni bir parola belirleyin',
    text: 'Bütün oturumlarınız kapatılacak.',
    button: 'Parolayı belirle',
  },
  passwordReset: ['Parolanız değişti', 'Artık bu parolayla oturum açabilir ve bu sayfayı kapatabilirsiniz.'],
  passwordProblems: {
    required: 'Parola gereklidir.',
    not_text: 'Parola geçerli bir Unicode metni değil.',
    has_nul: 'Parola NUL karakterini içeremez.',
    too_short: 'Parola en az {limit} karakter olmalıdır.',
    too_long: 'Parola en fazla {limit} karakter olabilir.',
    own_name: 'Parola, e-posta adresiniz veya kullanıcı adınız olamaz.',
    common: 'Bu, en yaygın parolalardan biri.',
    breached: 'Bu parola, sızdırılmış parolaların bir listesinde yer alıyor.',
  },

  changeAddress: {
    heading: 'Yeni e-posta adresinizi doğrulayın',
    text: 'Bir hesap, kendi adresinin yerine sizin adresinizi kullanmak istiyor. Hesap sizinse adresi doğrulayın; değilse bu sayfayı kapatın.',
    button: 'Bu adresi kullan',
  },
  addressChanged: ['Adresiniz değişti', 'Bundan sonra bu adresle oturum açacaksınız. Bu sayfayı kapatabilirsiniz.'],
  undoChange: {
    heading: 'Değişikliği geri alın',
    text: 'Hesap silinmiş olsa bile yeniden bu adrese bağlanır ve bu adresteyken kullandığı kullanıcı adını geri alır. Bütün oturumlar kapatılır; parola da PIN de artık çalışmaz. Yeni bir parola için bu adrese bir bağlantı göndereceğiz.',
    button: 'Değişikliği geri al',
  },
  changeUndone: [
    'Adresiniz geri alındı',
    'Bütün oturumlar kapatıldı. Size gönderdiğimiz e-postadaki bağlantıyla yeni bir parola belirleyebilirsiniz.',
  ],

  deadLink: ['Bu bağlantı çalışmıyor', 'Süresi dolmuş veya yerini başka bir bağlantı almış olabilir.'],
  adviceToConfirm: 'Yeni bir bağlantı isteyebilir veya yeniden kaydolabilirsiniz.',
  adviceToReset: 'Yeni bir bağlantı isteyebilirsiniz.',
  adviceToChange: 'Değişikliği yeniden isteyebilirsiniz.',
  adviceToUndo: 'Hesap artık sizin elinizde değilse bu hizmeti yönetenlere başvurun.',
  tooManyAttempts: ['Lütfen daha sonra yeniden deneyin', 'Çok fazla deneme yapıldı. Bağlantı hâlâ geçerli.'],
  unavailable: ['Lütfen biraz sonra yeniden deneyin', 'Şu anda bilgilere ulaşamadık. Bağlantı hâlâ geçerli.'],
  notFound: ['Burada bir şey yok', 'Bu sayfanın adresi bizim adreslerimizden biri değil.'],
  wrongMethod: ['Bu sayfa bunu yapamaz', OPEN_AGAIN],
  tooLarge: ['Bu kadarı fazla', OPEN_AGAIN],
  noForm: ['Bu bizim formumuz değildi', OPEN_AGAIN],
  fault: ['Bir şeyler ters gitti', 'Hata bizde. Lütfen daha sonra yeniden deneyin.'],
}
