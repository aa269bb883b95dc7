import type { PageWords } from './words.ts'

const OPEN_AGAIN = 'Vuelve a abrir el enlace del correo.'

export const es: PageWords = {
  lang: 'es',

  address: 'Dirección',
  account: 'Cuenta',
  username: 'Nombre de usuario',
  requestedAt: 'Solicitado',
  requestedFrom: 'Desde',
  requestedWith: 'Con',
  unknownAddress: 'una dirección desconocida',
  password: 'Contraseña',
  newPassword: 'Contraseña nueva',

  confirmAddress: {
    heading: 'Confirma tu correo electrónico',
    text: 'Este registro se ha hecho con tu dirección de correo. Si es tuyo, confírmala; si no te has registrado, cierra esta página.',
    button: 'Confirmar esta dirección',
  },
  passwordHint:
    'La contraseña con la que se hizo este registro: la pedimos porque no se hizo en este navegador. Si no la sabes, elige una nueva.',
  proveAddress:
    'Una cuenta tiene esta dirección y nadie la ha confirmado todavía. Si la cuenta es tuya, confirma la dirección; si no, cierra esta página.',
  accountPasswordHint: 'La contraseña de la cuenta. Si no la sabes, elige una nueva.',
  newPasswordInstead: 'Prefiero elegir una contraseña nueva',
  wrongPassword: 'Esta no es la contraseña del registro.',
  noPassword: 'Escribe la contraseña del registro o elige una nueva.',
  confirmWithNewPassword: {
    text: 'La contraseña nueva sustituirá a la que se eligió en este registro. Si no te has registrado, cierra esta página.',
    button: 'Guardar la contraseña y confirmar',
  },
  addressConfirmed: ['Tu dirección está confirmada', 'Ya puedes iniciar sesión y cerrar esta página.'],
  addressConfirmedBefore:
    'Ya se había confirmado antes. Si no puedes iniciar sesión con la contraseña que acabas de elegir, pide un enlace para elegir otra.',

  resetPassword: {
    heading: 'Elige una contraseña nueva',
    text: 'Se cerrarán todas tus sesiones.',
    button: 'Guardar contraseña',
  },
  passwordReset: ['Tu contraseña ha cambiado', 'Ya puedes iniciar sesión con ella y cerrar esta página.'],
  passwordProblems: {
    required: 'La contraseña es obligatoria.',
    not_text: 'La contraseña no es un texto Unicode válido.',
    has_nul: 'La contraseña no puede contener el carácter NUL.',
    too_short: 'La contraseña debe tener al menos {limit} caracteres.',
    too_long: 'La contraseña debe tener como máximo {limit} caracteres.',
    own_name: 'La contraseña no puede ser tu correo electrónico ni tu nombre de usuario.',
    common: 'La contraseña es una de las más comunes.',
    breached: 'La contraseña aparece en una lista de contraseñas filtradas.',
  },

  changeAddress: {
    heading: 'Confirma tu nuevo correo electrónico',
    text: 'Una cuenta quiere usar tu dirección en lugar de la suya. Si la cuenta es tuya, confírmala; si no, cierra esta página.',
    button: 'Usar esta dirección',
  },
  addressChanged: ['Tu dirección ha cambiado', 'A partir de ahora inicias sesión con ella. Puedes cerrar esta página.'],
  undoChange: {
    heading: 'Deshaz el cambio',
    text: 'La cuenta recuperará esta dirección y el nombre de usuario que tenía con ella, aunque se haya eliminado. Se cerrarán todas las sesiones y dejarán de servir la contraseña y el PIN: te enviaremos a ella un enlace para elegir una contraseña nueva.',
    button: 'Deshacer el cambio',
  },
  changeUndone: [
    'Has recuperado tu dirección',
    'Se han cerrado todas las sesiones. Busca nuestro correo: con su enlace puedes elegir una contraseña nueva.',
  ],

  deadLink: ['Este enlace no funciona', 'Puede que haya caducado o que otro enlace lo haya sustituido.'],
  adviceToConfirm: 'Puedes pedir otro o volver a registrarte.',
  adviceToReset: 'Puedes pedir otro.',
  adviceToChange: 'Puedes volver a pedir el cambio.',
  adviceToUndo: 'Si la cuenta ya no está en tus manos, habla con quien gestiona este servicio.',
  tooManyAttempts: ['Inténtalo más tarde', 'Ha habido demasiados intentos. El enlace sigue siendo válido.'],
  unavailable: ['Inténtalo dentro de un momento', 'Ahora mismo no hemos podido consultarlo. El enlace sigue siendo válido.'],
  notFound: ['Aquí no hay nada', 'La dirección de esta página no es una de las nuestras.'],
  wrongMethod: ['Esta página no puede hacer eso', OPEN_AGAIN],
  tooLarge: ['Eso era demasiado', OPEN_AGAIN],
  noForm: ['Eso no era un formulario nuestro', OPEN_AGAIN],
  fault: ['Algo ha fallado', 'Es culpa nuestra. Inténtalo más tarde.'],
}
