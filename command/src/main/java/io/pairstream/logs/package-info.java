/**
 * Logging of a process: lines for people or for programs, and never what a producer has written,
 * nor a secret.
 */
package io.pairstream.logs;
