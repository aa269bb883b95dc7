import type { MailWords } from './words.ts'

export const es: MailWords = {
  origin: 'La solicitud llegó el {time} desde la dirección {ip}.',
  originUnknown: 'La solicitud llegó el {time}.',
  texts: {
    verify_email: [
      'Confirma tu correo electrónico',
      'Alguien, esperamos que tú, ha registrado esta dirección de correo en {site}.',
      'Para confirmarla, abre esta página y pulsa el botón que verás en ella:',
      '{link}',
      'El enlace es válido durante {ttl}. {origin}',
      'Si no has sido tú, no hagas nada: sin el enlace, el registro queda sin efecto.',
    ],
    already_registered: [
      'Ya tienes una cuenta',
      'Alguien, quizá tú, ha intentado registrar esta dirección de correo en {site}, donde ya tiene una cuenta.',
      'Si has sido tú, inicia sesión con la contraseña de esa cuenta.',
      '{origin}',
      'Si no has sido tú, no hagas nada: tu cuenta sigue como estaba.',
    ],
    reset_password: [
      'Elige una contraseña nueva',
      'Alguien, esperamos que tú, ha pedido una contraseña nueva para tu cuenta en {site}.',
      'Para elegirla, abre esta página:',
      '{link}',
      'El enlace sirve una sola vez, durante {ttl}. {origin}',
      'Si no has sido tú, no hagas nada: tu contraseña no cambia.',
    ],
    password_changed: [
      'Se ha cambiado tu contraseña',
      'Se ha cambiado la contraseña de tu cuenta en {site} y se han cerrado todas las demás sesiones.',
      '{origin}',
      'Si no has sido tú, pide allí una contraseña nueva cuanto antes: el enlace para elegirla llegará a este buzón.',
    ],
    confirm_email_change: [
      'Confirma tu nuevo correo electrónico',
      'Alguien, esperamos que tú, quiere usar esta dirección de correo para una cuenta en {site}.',
      'Para confirmarla, abre esta página y pulsa el botón que verás en ella:',
      '{link}',
      'El enlace es válido durante {ttl}. {origin}',
      'Si no has sido tú, no hagas nada: sin el enlace, nada cambia.',
    ],
    email_changed: [
      'Se ha cambiado tu correo electrónico',
      'Tu cuenta en {site} tiene ahora otra dirección de correo: {email}.',
      '{origin}',
      'Si no has sido tú, abre esta página y pulsa el botón que verás en ella para deshacer el cambio:',
      '{link}',
      'El enlace es válido durante {ttl}.',
    ],
    new_sign_in: [
      'Nuevo inicio de sesión en tu cuenta',
      'Alguien, esperamos que tú, ha iniciado sesión en tu cuenta en {site} desde un dispositivo que no se había visto antes.',
      'El dispositivo: {device}.',
      '{origin}',
      'Si no has sido tú, cambia tu contraseña ahora: así se cierran todas las demás sesiones.',
    ],
    pin_changed: [
      'Se ha cambiado tu PIN',
      'Se ha creado, cambiado o eliminado el PIN de tu cuenta en {site}.',
      '{origin}',
      'Si no has sido tú, cambia tu contraseña ahora y después el PIN.',
    ],
    account_deleted: [
      'Se ha eliminado tu cuenta',
      'Se ha eliminado tu cuenta en {site}, con todo lo que contenía.',
      '{origin}',
      'Si no has sido tú, alguien conocía tu contraseña: cámbiala en todos los sitios donde la uses.',
    ],
  },
}
