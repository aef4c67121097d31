/** Which topics there are, what they hold, how long, and how large. */
package io.pairstream.schemas.topics;
