// Starts the reader of the API documentation; nothing is asked of any other address.
(() => {
  "use strict";
  const place = document.getElementById("api-docs");
  window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    filter: true,
    validatorUrl: null,
    withCredentials: true,
  });
})();
