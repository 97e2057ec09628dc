// The colours of the channels red, green and blue.

export const LIGHTS = ["#ff5a4d", "#35c46a", "#4d8dff"];
