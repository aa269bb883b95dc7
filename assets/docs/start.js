// `validatorUrl: null`: nothing is asked of anybody else.
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', validatorUrl: null, deepLinking: true })
