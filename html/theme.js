/*
 * Before the first paint: the theme the person chose, so that a dark page
 * never flashes white.  And if a part of the page got lost on the way, load
 * it once more.  A classic script on purpose: modules come too late.
 */
(function () {
    window.addEventListener('error', function (event) {
        const again = 'vzpanel.again';

        if (event.target instanceof HTMLScriptElement
            && Date.now() - Number(sessionStorage.getItem(again)) > 10000)
        {
            sessionStorage.setItem(again, String(Date.now()));
            setTimeout(function () {
                location.reload();
            }, 500);
        }
    }, true);

    try {
        const theme = localStorage.getItem('vzpanel.theme');

        if (theme === 'light' || theme === 'dark') {
            document.documentElement.dataset.theme = theme;
        }
    } catch {
        /* storage refused: the system's theme it is */
    }
}());
