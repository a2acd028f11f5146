/*
 * Before the first paint: the theme the person chose, so that a dark page
 * never flashes white.  Classic script on purpose, modules come too late.
 */
(function () {
    try {
        const theme = localStorage.getItem('vzpanel.theme');

        if (theme === 'light' || theme === 'dark') {
            document.documentElement.dataset.theme = theme;
        }
    } catch {
        /* storage refused: the system's theme it is */
    }
}());
