/**
 * A pair that goes all the way through the platform every minute or so, to tell whether and how
 * soon pairs come out. It can never become training data.
 */
package io.pairstream.operate.canary;
