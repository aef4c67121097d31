/**
 * Connection of a service to its cluster: addresses, data set and security; and the parts that a
 * service closes at its end.
 */
package io.pairstream.service;
