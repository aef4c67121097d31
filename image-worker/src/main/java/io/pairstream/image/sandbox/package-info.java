/**
 * Child processes that cannot harm this system: how they are started and held back, asked under a
 * deadline, and ended. Knows the protocol, but neither pictures nor models. No native code here.
 */
package io.pairstream.image.sandbox;
