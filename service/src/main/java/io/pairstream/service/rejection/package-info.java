/** Grounds of rejections, as cleaning says it and as records carry it. */
package io.pairstream.service.rejection;
