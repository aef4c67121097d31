/** Connection of a service to its cluster: addresses, data set and security. */
package io.pairstream.service;
