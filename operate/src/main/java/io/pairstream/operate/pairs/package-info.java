/**
 * The catalogue of pairs by HTTP: search, one pair's card, pictures, the board of quarantine, and
 * what people decide there. Captions, names and addresses of producers are passed on as data and
 * never read as anything else; pixels are decoded in an image worker alone.
 */
package io.pairstream.operate.pairs;
