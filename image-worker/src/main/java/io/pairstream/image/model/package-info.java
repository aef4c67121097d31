/**
 * The client of the model processes: child processes that run a model on pictures and captions, so
 * that neither a foreign graph nor an untrusted pixel meets native code in the caller's own
 * process. No native code here.
 */
package io.pairstream.image.model;
