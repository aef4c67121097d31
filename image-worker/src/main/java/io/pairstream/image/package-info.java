/**
 * The client of the image workers: child processes that decode images on behalf of a service, so
 * that no untrusted pixel meets a native codec in the service's own process. No native code here.
 */
package io.pairstream.image;
